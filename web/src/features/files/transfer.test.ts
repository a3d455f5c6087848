import { createHash } from 'node:crypto';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { signIn } from '@/api/session';
import { origin, problem, startServer } from '@/testing/server';
import { sha256, sliced } from './sha256';
import { end, isStored, type Job, send } from './transfer';
import { SendFailed } from './upload';

const server = startServer();
const create = `${origin}/api/rooms/r1/uploads`;
const begun = `${create}/f1`;
const place = { url: '/api/rooms/r1/uploads/f1', fileId: 'f1' };
const user = { user_id: 'u1', name: '王小明', username: 'wang', system_role: 'USER' };
const session = (token: string) => HttpResponse.json({ access_token: token, expires_in: 300, user });
const text = '壓力 0.0 MPa';
const size = new TextEncoder().encode(text).length;
const digest = createHash('sha256').update(text).digest('hex');

let log: string[];
let received: number;
let places: unknown[];

/** A server that takes uploads as tus 1.0 says. */
beforeEach(async () => {
  [log, received, places] = [[], 0, []];
  server.use(
    http.post(`${origin}/api/auth/login`, () => session('t1')),
    http.post(create, () => {
      log.push('POST');
      return new HttpResponse(null, {
        status: 201,
        headers: {
          Location: place.url,
          'Upload-Offset': String(received),
        },
      });
    }),
    http.head(begun, () => {
      log.push('HEAD');
      const headers = { 'Upload-Offset': String(received), 'Upload-Length': String(size) };
      return new HttpResponse(null, { headers });
    }),
    http.patch(begun, ({ request }) => {
      log.push(`PATCH ${request.headers.get('Upload-Offset')}`);
      received = size; // jsdom sends no blobs; what arrives is for the browser's tests
      return new HttpResponse(null, { status: 204, headers: { 'Upload-Offset': String(received) } });
    }),
  );
  await signIn('wang', 'pw');
});

const job = (more: Partial<Job> = {}): Job => ({
  roomId: 'r1',
  file: new File([text], '警報.log', { type: 'text/plain' }),
  description: '主軸',
  signal: new AbortController().signal,
  turn: async () => undefined,
  onSha256: () => undefined,
  onPlace: (known) => places.push(known),
  onProgress: () => undefined,
  onAccepted: (bytes) => log.push(`has ${bytes}`),
  ...more,
});
const failure = (attempt: Promise<unknown>) => attempt.catch((error: unknown) => error);

describe('F-UP-25 to 27 sending', () => {
  test('begins with name, description and digest, then sends what is missing', async () => {
    let metadata = '';
    let headers = new Headers();
    server.events.on('request:start', ({ request }) => {
      metadata ||= request.headers.get('Upload-Metadata') ?? '';
      if (request.method === 'PATCH') headers = request.headers;
    });
    expect(await send(job())).toBe('sent');
    expect(log).toEqual(['POST', 'has 0', 'HEAD', 'has 0', 'PATCH 0', `has ${size}`]);
    expect(places).toEqual([place]);
    const fields = Object.fromEntries(
      metadata.split(',').map((field) => {
        const [name = '', value = ''] = field.split(' ');
        return [name, Buffer.from(value, 'base64').toString()];
      }),
    );
    expect(fields).toEqual({ filename: '警報.log', description: '主軸', sha256: digest });
    expect(headers.get('tus-resumable')).toBe('1.0.0');
    expect(headers.get('authorization')).toBe('Bearer t1');
    expect(headers.get('x-requested-with')).toBe('task-reporter');
    expect(headers.get('content-type')).toBe('application/offset+octet-stream');
  });

  test('holds the last bytes back until it is their turn', async () => {
    let go: () => void = () => undefined;
    const turn = vi.fn(
      () =>
        new Promise<void>((done) => {
          go = done;
        }),
    );
    const sent = send(job({ turn }));
    await vi.waitFor(() => expect(turn).toHaveBeenCalled());
    expect(log).toEqual(['POST', 'has 0', 'HEAD', 'has 0']);
    go();
    expect(await sent).toBe('sent');
    expect(log).toContain('PATCH 0');
  });

  test('goes on from what the server has', async () => {
    received = 6;
    expect(await send(job({ place }))).toBe('sent');
    expect(log).toEqual(['HEAD', 'has 6', 'PATCH 6', `has ${size}`]);
  });

  test.each([
    ['begins', undefined, ['POST', `has ${size}`]],
    ['goes on', place, ['HEAD', `has ${size}`]],
  ])('sends nothing when the server has all of it (%s)', async (_, known, calls) => {
    received = size;
    expect(await send(job({ place: known }))).toBe('there');
    expect(log).toEqual(calls);
  });

  test('a 401 renews the token and goes on from the offset', async () => {
    const seen: (string | null)[] = [];
    server.use(
      http.post(`${origin}/api/auth/refresh`, () => session('t2')),
      http.patch(
        begun,
        ({ request }) => {
          seen.push(request.headers.get('authorization'));
          return HttpResponse.json(problem(401, 'unauthenticated'), { status: 401 });
        },
        { once: true },
      ),
    );
    expect(await send(job())).toBe('sent');
    expect(seen).toEqual(['Bearer t1']);
    expect(log).toEqual(['POST', 'has 0', 'HEAD', 'has 0', 'HEAD', 'has 0', 'PATCH 0', `has ${size}`]);
  });
});

describe('failures', () => {
  test.each([
    [
      'the problem of the server',
      () => HttpResponse.json(problem(413, 'file_too_large'), { status: 413 }),
      'file_too_large',
    ],
    ['a page of a proxy', () => HttpResponse.html('<h1>413</h1>', { status: 413 }), 'body_too_large'],
    ['a gateway without a server', () => HttpResponse.html('<h1>502</h1>', { status: 502 }), 'unavailable'],
    ['no answer', () => HttpResponse.error(), 'network'],
  ])('%s becomes its code, at the beginning and in the middle', async (_, answer, code) => {
    server.use(http.patch(begun, answer));
    const middle = await failure(send(job({ place })));
    expect(middle).toBeInstanceOf(SendFailed);
    expect(middle).toMatchObject({ trouble: { code }, resuming: true });
    server.use(http.post(create, answer));
    const error = await failure(send(job()));
    if (error instanceof SendFailed) expect(error).toMatchObject({ trouble: { code }, resuming: false });
    else expect(error).toBeInstanceOf(TypeError); // what fetch throws
  });

  test.each([
    [404, 'not_found'],
    [403, 'forbidden'],
  ])('an answer without a body is read by its status: %i', async (status, code) => {
    server.use(http.head(begun, () => new HttpResponse(null, { status })));
    expect(await failure(send(job({ place })))).toMatchObject({ trouble: { status, code }, resuming: true });
  });

  test('the time that a busy server names is kept', async () => {
    const headers = { 'Retry-After': '7' };
    server.use(
      http.patch(begun, () => HttpResponse.json(problem(503, 'store_unavailable'), { status: 503, headers })),
    );
    expect(await failure(send(job({ place })))).toMatchObject({ retryAfter: 7_000 });
  });

  test('a cancelled one ends, and sends nothing after', async () => {
    const abort = new AbortController();
    server.use(http.head(begun, () => new Promise<never>(() => undefined)));
    const result = failure(send(job({ place, signal: abort.signal })));
    abort.abort();
    expect(await result).toMatchObject({ name: 'AbortError' });
    expect(log).toEqual([]);
  });

  test('a connection without a sign of life counts as cut', async () => {
    server.use(http.head(begun, () => new Promise<never>(() => undefined)));
    await import('tus-js-client');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const result = failure(send(job({ place })));
    for (let step = 0; step < 40; step += 1) await vi.advanceTimersByTimeAsync(1_000);
    vi.useRealTimers();
    expect(await result).toMatchObject({ trouble: { code: 'network' } });
  });
});

describe('what became of it', () => {
  const file = `${origin}/api/rooms/r1/files/f1`;
  const { signal } = new AbortController();

  test('a file that is there is stored, one that is not is not, and a fault is neither', async () => {
    server.use(http.get(file, () => HttpResponse.json({ file_id: 'f1' })));
    expect(await isStored('r1', 'f1', signal)).toBe(true);
    server.use(http.get(file, () => HttpResponse.json(problem(404, 'not_found'), { status: 404 })));
    expect(await isStored('r1', 'f1', signal)).toBe(false);
    server.use(http.get(file, () => HttpResponse.json(problem(503, 'unavailable'), { status: 503 })));
    await expect(isStored('r1', 'f1', signal)).rejects.toThrow('unavailable');
  });

  test('an end that nobody hears is no fault', async () => {
    const ended: string[] = [];
    server.use(
      http.delete(begun, ({ request }) => {
        ended.push(request.headers.get('Tus-Resumable') ?? '');
        return HttpResponse.error();
      }),
    );
    await end(place);
    expect(ended).toEqual(['1.0.0']);
  });
});

test('F-UP-25 the digest is the same with and without crypto.subtle', async () => {
  const bytes = new Uint8Array(700_000).map((_, at) => at % 251);
  const file = new File([bytes], 'a.log');
  const { signal } = new AbortController();
  const expected = createHash('sha256').update(bytes).digest('hex');
  expect(await sha256(file, signal)).toBe(expected);
  expect(await sliced(file, signal)).toBe(expected);
});

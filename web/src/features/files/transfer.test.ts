import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';
import { RequestFailed } from '@/api/problem';
import { signIn } from '@/api/session';
import { origin, problem, startServer } from '@/testing/server';
import { transfer } from './transfer';

const server = startServer();
const path = `${origin}/api/rooms/r1/files`;
const user = { user_id: 'u1', name: '王小明', username: 'wang', system_role: 'USER' };
const session = (token: string) => HttpResponse.json({ access_token: token, expires_in: 300, user });

beforeEach(async () => {
  server.use(http.post(`${origin}/api/auth/login`, () => session('t1')));
  await signIn('wang', 'pw');
});

const job = (signal = new AbortController().signal) => ({
  roomId: 'r1',
  file: new File(['photo'], '油.jpg', { type: 'image/jpeg' }),
  description: '主軸',
  signal,
  onProgress: () => undefined,
});

describe('F-UP-01 to 04', () => {
  test('the file is the last field, after its description, with the token of the user', async () => {
    let names: string[] = [];
    let headers: Headers | undefined;
    server.use(
      http.post(path, async ({ request }) => {
        headers = request.headers;
        names = [...(await request.text()).matchAll(/form-data; name="(\w+)"/g)].map(
          (match) => match[1] ?? '',
        );
        return HttpResponse.json({ file_id: 'f1' }, { status: 201 });
      }),
    );
    expect(await transfer(job())).toEqual({ file_id: 'f1' });
    expect(names).toEqual(['description', 'file']);
    expect(headers?.get('authorization')).toBe('Bearer t1');
    expect(headers?.get('x-requested-with')).toBe('task-reporter');
  });

  test('a 401 renews the token and sends once more', async () => {
    const seen: (string | null)[] = [];
    server.use(
      http.post(`${origin}/api/auth/refresh`, () => session('t2')),
      http.post(path, ({ request }) => {
        seen.push(request.headers.get('authorization'));
        return seen.length === 1
          ? HttpResponse.json(problem(401, 'unauthenticated'), { status: 401 })
          : HttpResponse.json({ file_id: 'f1' }, { status: 201 });
      }),
    );
    await transfer(job());
    expect(seen).toEqual(['Bearer t1', 'Bearer t2']);
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
  ])('%s becomes its code', async (_, answer, code) => {
    server.use(http.post(path, answer));
    const failure = await transfer(job()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RequestFailed);
    expect(failure).toMatchObject({ trouble: { code } });
  });

  test('a cancelled transfer ends', async () => {
    server.use(http.post(path, () => new Promise<never>(() => undefined)));
    const abort = new AbortController();
    const result = transfer(job(abort.signal)).catch((error: unknown) => error);
    await Promise.resolve();
    abort.abort();
    expect(await result).toMatchObject({ name: 'AbortError' });
  });
});

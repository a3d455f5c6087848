import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { origin, problem, startServer } from '@/testing/server';
import { api } from './client';
import { RequestFailed } from './problem';
import { refresh, signIn, signOut, useSession } from './session';
import { readsAloneFor } from './who';

const server = startServer();
const user = { user_id: 'u1', name: '王小明', username: 'wang', system_role: 'USER' as const };
const signedIn = (token: string, expires = 300) => ({ access_token: token, expires_in: expires, user });

let refreshes = 0;
beforeEach(async () => {
  refreshes = 0;
  server.use(http.post(`${origin}/api/auth/logout`, () => new HttpResponse(null, { status: 204 })));
  await signOut();
  useSession.setState({ phase: 'starting' });
});

function refreshAnswers(answer: () => Response | Promise<Response>): void {
  server.use(
    http.post(`${origin}/api/auth/refresh`, () => {
      refreshes += 1;
      return answer();
    }),
  );
}

describe('F-AU-04', () => {
  test('the token goes with each request, beside the header that no form can set', async () => {
    let seen: Headers | undefined;
    server.use(
      http.post(`${origin}/api/auth/login`, () => HttpResponse.json(signedIn('t1'))),
      http.get(`${origin}/api/templates`, ({ request }) => {
        seen = request.headers;
        return HttpResponse.json({ templates: [] });
      }),
    );
    await signIn('wang', 'pw');
    await api.GET('/api/templates');
    expect(seen?.get('authorization')).toBe('Bearer t1');
    expect(seen?.get('x-requested-with')).toBe('task-reporter');
    expect(useSession.getState()).toMatchObject({ phase: 'signed-in', user });
  });

  test('many 401s at once make one refresh, and each request is tried once more', async () => {
    refreshAnswers(() => HttpResponse.json(signedIn('t2')));
    let tries = 0;
    server.use(
      http.get(`${origin}/api/templates`, ({ request }) => {
        tries += 1;
        return request.headers.get('authorization') === 'Bearer t2'
          ? HttpResponse.json({ templates: [] })
          : HttpResponse.json(problem(401, 'unauthenticated'), { status: 401 });
      }),
    );
    const answers = await Promise.all([1, 2, 3].map(() => api.GET('/api/templates')));
    expect(answers.map((answer) => answer.response.status)).toEqual([200, 200, 200]);
    expect(refreshes).toBe(1);
    expect(tries).toBe(6);
  });

  test('a 401 that stays is given back after one retry', async () => {
    refreshAnswers(() => HttpResponse.json(signedIn('t2')));
    let tries = 0;
    server.use(
      http.get(`${origin}/api/templates`, () => {
        tries += 1;
        return HttpResponse.json(problem(401, 'unauthenticated'), { status: 401 });
      }),
    );
    const { error } = await api.GET('/api/templates');
    expect(error).toMatchObject({ code: 'unauthenticated' });
    expect(tries).toBe(2);
  });

  test('a token about to expire is renewed before it is sent', async () => {
    refreshAnswers(() => HttpResponse.json(signedIn('fresh')));
    const sent: (string | null)[] = [];
    server.use(
      http.post(`${origin}/api/auth/login`, () => HttpResponse.json(signedIn('short', 5))),
      http.get(`${origin}/api/templates`, ({ request }) => {
        sent.push(request.headers.get('authorization'));
        return HttpResponse.json({ templates: [] });
      }),
    );
    await signIn('wang', 'pw');
    await api.GET('/api/templates');
    expect(sent).toEqual(['Bearer fresh']);
  });

  test('a refused refresh signs out', async () => {
    refreshAnswers(() => HttpResponse.json(problem(401, 'unauthenticated'), { status: 401 }));
    expect(await refresh()).toBe('refused');
    expect(useSession.getState()).toEqual({ phase: 'signed-out', user: undefined, left: false });
  });

  test('whoever signs out has left, also when the server cannot hear it', async () => {
    server.use(http.post(`${origin}/api/auth/logout`, () => HttpResponse.error()));
    await signOut().catch(() => undefined);
    expect(useSession.getState()).toMatchObject({ phase: 'signed-out', left: true });
  });

  test.each([
    ['the server is away', () => HttpResponse.json(problem(503, 'unavailable'), { status: 503 })],
    ['nobody answers', () => HttpResponse.error()],
  ])('when %s, nobody is signed out', async (_, answer) => {
    refreshAnswers(answer);
    expect(await refresh()).toBe('unreachable');
    expect(useSession.getState().phase).toBe('unreachable');
  });

  test('F-UI-14: without a server, who was signed in can go on reading, but not for longer than a session lives', async () => {
    refreshAnswers(() => HttpResponse.json(signedIn('t1')));
    await refresh();
    refreshAnswers(() => HttpResponse.error());
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + readsAloneFor - 1000);
    useSession.setState({ phase: 'starting', user: undefined });
    await refresh();
    expect(useSession.getState()).toMatchObject({ phase: 'signed-in', user, unconfirmed: true });
    clock.mockReturnValue(Date.now() + 2000);
    useSession.setState({ phase: 'starting', user: undefined });
    await refresh();
    expect(useSession.getState().phase).toBe('unreachable');
  });

  test('who signed out where the server could not hear it is signed out before anything else', async () => {
    refreshAnswers(() => HttpResponse.json(signedIn('t1')));
    await refresh();
    server.use(http.post(`${origin}/api/auth/logout`, () => HttpResponse.error()));
    await signOut();
    const heard: string[] = [];
    server.use(
      http.post(`${origin}/api/auth/logout`, ({ request }) => {
        heard.push(`logout ${request.headers.get('authorization')}`);
        return new HttpResponse(null, { status: 204 });
      }),
      http.post(`${origin}/api/auth/refresh`, () => {
        heard.push('refresh');
        return HttpResponse.json(signedIn('t2'));
      }),
    );
    useSession.setState({ phase: 'starting' });
    expect(await refresh()).toBe('refused');
    expect(useSession.getState().phase).toBe('signed-out');
    expect(heard).toEqual(['refresh', 'logout Bearer t2']);
  });

  test('a bad password says so with its code', async () => {
    server.use(
      http.post(`${origin}/api/auth/login`, () =>
        HttpResponse.json(problem(401, 'bad_credentials'), { status: 401 }),
      ),
    );
    const failure = await signIn('wang', 'no').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RequestFailed);
    expect(failure).toMatchObject({ trouble: { code: 'bad_credentials', status: 401 } });
  });
});

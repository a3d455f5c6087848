import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { plant } from './support/people';
import { Server } from './support/server';
import { test as base, expect } from './support/test';

/** What a page elsewhere can do with a server: each answers what came of it. */
interface Attempts {
  /** Opens a socket. */
  socket(server: string): Promise<string>;
  /** Sends a request; `read` is what the page gets to see of its answer. */
  ask(url: string, init?: RequestInit): Promise<string>;
}

const attempts = (): void => {
  const can: Attempts = {
    socket: (server) =>
      new Promise((done) => {
        const socket = new WebSocket(`${server.replace(/^http/, 'ws')}/api/ws`, 'task-reporter.v1');
        socket.onopen = () => {
          socket.close();
          done('open');
        };
        socket.onerror = () => done('refused');
      }),
    ask: (url, init) =>
      fetch(url, init).then(
        (answer) => `${answer.type} ${answer.status}`,
        () => 'blocked',
      ),
  };
  Object.assign(globalThis, { can });
};

declare const can: Attempts;

/** A page that is none of ours, on another port of this machine: of the same site, so that cookies go along. */
const test = base.extend<{ elsewhere: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures it needs from the pattern
  elsewhere: async ({}, use) => {
    const server = createServer((_, answer) => {
      answer.setHeader('Content-Type', 'text/html');
      answer.end('<!doctype html><title>elsewhere</title>');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  },
});

/** A tab beside another one, in the same browser. */
async function tab(beside: Page, address: string): Promise<Page> {
  const page = await beside.context().newPage();
  await page.addInitScript(attempts);
  await page.goto(address);
  return page;
}

/** The session lives: a reload comes back by its cookie. */
async function stillSignedIn(page: Page): Promise<void> {
  await page.reload();
  await expect(page.getByRole('heading', { name: '事件列表' })).toBeVisible();
}

test('F-SE-04: a page of another origin opens no socket, refreshes nothing and reads nothing', async ({
  as,
  api,
  elsewhere,
}) => {
  const server = plant().url;
  const wang = await as('wang');
  await wang.goto('/rooms');
  await stillSignedIn(wang);
  const foreign = await tab(wang, elsewhere);
  const refresh = `${server}/api/auth/refresh`;

  await test.step('the socket is refused by its Origin', async () => {
    expect(await foreign.evaluate((to) => can.socket(to), server)).toBe('refused');
    await stillSignedIn(wang);
  });

  await test.step('a form with the cookie is refused by its Origin', async () => {
    const answered = foreign.waitForResponse(refresh);
    await foreign.evaluate((to) => {
      const form = document.createElement('form');
      Object.assign(form, { method: 'POST', action: to });
      document.body.append(form);
      form.submit();
    }, refresh);
    const answer = await answered;
    expect((await answer.request().allHeaders()).cookie).toContain('refresh_token='); // or nothing was shown
    expect(answer.status()).toBe(403);
    await foreign.waitForURL(refresh);
    await foreign.goto(elsewhere);
    await stillSignedIn(wang);
  });

  await test.step('a refresh with the header is never sent', async () => {
    const sent: string[] = [];
    foreign.on('response', (answer) => sent.push(answer.request().method()));
    const asked = await foreign.evaluate(
      (to) =>
        can.ask(to, {
          method: 'POST',
          credentials: 'include',
          headers: { 'X-Requested-With': 'task-reporter' },
        }),
      refresh,
    );
    expect(asked).toBe('blocked');
    expect(sent).not.toContain('POST');
    await stillSignedIn(wang);
  });

  await test.step('an answer cannot be read, not even with a token', async () => {
    const { access_token: token } = await tokenOf(server);
    const read = (headers: Record<string, string>) =>
      foreign.evaluate(([to, headers]) => can.ask(to, { headers, credentials: 'include' }), [
        `${server}/api/auth/me`,
        headers,
      ] as const);
    expect(await read({})).toBe('blocked');
    expect(await read({ Authorization: `Bearer ${token}` })).toBe('blocked');
    await stillSignedIn(wang);
  });

  await test.step('nor does a page of another site get the cookie to us', async () => {
    await foreign.route('http://evil.example/', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
    );
    await foreign.goto('http://evil.example/');
    expect(await foreign.evaluate((to) => can.socket(to), server)).toBe('refused');
    expect(
      await foreign.evaluate((to) => can.ask(to, { credentials: 'include' }), `${server}/api/auth/me`),
    ).toBe('blocked');
    await foreign.evaluate(
      (to) => can.ask(to, { method: 'POST', mode: 'no-cors', credentials: 'include' }),
      refresh,
    );
    await stillSignedIn(wang);
  });

  // Nothing of all that was a refresh: a used token that came back would have ended the session, audited.
  const trail = await (await api('boss')).http.get('/api/admin/audit?act=refresh_token_reused');
  expect(await trail.json()).toMatchObject({ entries: [] });
});

test('F-SE-04: from the own origin the same works, but a refresh needs its header', async ({ as }) => {
  const { url } = plant();
  const wang = await as('wang');
  await wang.goto('/rooms');
  await stillSignedIn(wang);
  const own = await tab(wang, `${url}/docs`); // a page of ours that asks for nothing by itself

  const refresh = (headers: Record<string, string>) =>
    own.evaluate((headers) => can.ask('/api/auth/refresh', { method: 'POST', headers }), headers);
  expect(await refresh({})).toBe('basic 403');
  expect(await refresh({ 'X-Requested-With': 'XMLHttpRequest' })).toBe('basic 403');
  await stillSignedIn(wang);

  expect(await refresh({ 'X-Requested-With': 'task-reporter' })).toBe('basic 200');
  expect(await own.evaluate((to) => can.socket(to), url)).toBe('open');
  const { access_token: token } = await tokenOf(url);
  const me = await own.evaluate(
    (token) => can.ask('/api/auth/me', { headers: { Authorization: `Bearer ${token}` } }),
    token,
  );
  expect(me).toBe('basic 200');
  await stillSignedIn(wang);
});

test('F-SE-04: a page of a listed origin signs in, reads answers and opens a socket', async ({
  page,
  elsewhere,
}) => {
  const dir = mkdtempSync(join(tmpdir(), 'task-reporter-origin-'));
  const server = await Server.start(dir, { TASK_REPORTER_ORIGINS: elsewhere });
  try {
    const { password } = server.populate().wang;
    const listed = await tab(page, elsewhere);
    const seen = await listed.evaluate(
      async ([to, password]) => {
        const login = await fetch(`${to}/api/auth/login`, {
          method: 'POST',
          credentials: 'include',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ username: 'wang', password }),
        });
        const { access_token: token } = await login.json();
        const me = await fetch(`${to}/api/auth/me`, { headers: { Authorization: `Bearer ${token}` } });
        const refreshed = await fetch(`${to}/api/auth/refresh`, {
          method: 'POST',
          credentials: 'include',
          headers: { 'X-Requested-With': 'task-reporter' },
        });
        return {
          user: (await me.json()).username as string,
          request: me.headers.get('X-Request-Id'),
          refreshed: refreshed.status,
          socket: await can.socket(to),
        };
      },
      [server.url, password] as const,
    );
    expect(seen).toEqual({ user: 'wang', request: expect.any(String), refreshed: 200, socket: 'open' });
  } finally {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
});

/** A session of wang's that no browser has. */
async function tokenOf(server: string): Promise<{ access_token: string }> {
  const { password } = plant().accounts.wang;
  const answer = await fetch(`${server}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'wang', password }),
  });
  return (await answer.json()) as { access_token: string };
}

test('F-OP-05: the documentation works under its policy, which lets no style in', async ({ page }) => {
  const answer = await page.goto('/docs');
  expect(answer?.headers()['content-security-policy']).not.toContain('unsafe-inline');
  await expect(page.locator('#op-refresh')).toBeVisible();
  await page.locator('#search').fill('/api/search');
  await expect(page.locator('#op-search')).toBeVisible();
  await expect(page.locator('#op-refresh')).toBeHidden();
}); // the fixture fails it for what the policy stopped

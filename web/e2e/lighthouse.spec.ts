import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from '@playwright/test';
import lighthouse, { desktopConfig } from 'lighthouse';
import config from '../playwright.config';
import { plant } from './support/people';
import { freePort } from './support/server';
import { expect, test, unique } from './support/test';

/** What Lighthouse holds against a screen; it opens a tab of its own, in the session of the browser at `port`. */
async function faults(port: number, url: string, device: 'desk' | 'phone'): Promise<string[]> {
  const result = await lighthouse(
    url,
    {
      port,
      logLevel: 'error',
      onlyCategories: ['accessibility'],
      disableStorageReset: true,
      throttlingMethod: 'provided',
    },
    device === 'desk' ? desktopConfig : undefined,
  );
  if (result === undefined) throw new Error(`Lighthouse said nothing about ${url}`);
  const { lhr } = result;
  expect(lhr.runtimeError, url).toBeUndefined();
  expect(lhr.finalDisplayedUrl).toBe(url);
  const score = lhr.categories.accessibility?.score ?? 0;
  console.log(`Lighthouse accessibility, ${device}, ${new URL(url).pathname}: ${100 * score}`);
  const wrong = Object.values(lhr.audits).filter((audit) => audit.score !== null && audit.score < 1);
  return score === 1
    ? []
    : [`${100 * score}`, ...wrong.map(({ id, details }) => `${id}: ${JSON.stringify(details)}`)];
}

test.describe('F-UI-13: Lighthouse gives 100 for accessibility, in Chinese', () => {
  const profile = mkdtempSync(join(tmpdir(), 'task-reporter-lighthouse-'));
  let browser: BrowserContext;
  let port: number;

  test.beforeAll(async () => {
    const options = config.use?.launchOptions;
    port = await freePort();
    browser = await chromium.launchPersistentContext(profile, {
      ...options,
      args: [...(options?.args ?? []), `--remote-debugging-port=${port}`, '--lang=zh-TW'],
      baseURL: plant().url,
    });
  });

  test.afterAll(async () => {
    await browser?.close();
    rmSync(profile, { recursive: true, force: true });
  });

  for (const device of ['desk', 'phone'] as const) {
    test(`the login (${device})`, async () => {
      await browser.clearCookies();
      expect(await faults(port, `${plant().url}/login`, device)).toEqual([]);
    });

    test(`what is seen by who is signed in (${device})`, async ({ api }) => {
      test.setTimeout(600_000);
      const { url, accounts } = plant();
      const owner = await api('boss');
      const room = await owner.declare({
        title: unique('三線停機'),
        severity: 'CRITICAL',
        line_stopped: true,
      });
      await owner.add(room.room_id, (await api('li')).userId, 'EDITOR');
      await (await api('li')).say(room.room_id, '先關總閥');
      await owner.attach(
        room.room_id,
        'alarm.log',
        'text/plain',
        Buffer.from('13:52 pressure low\n'),
        '警報',
      );

      const login = await browser.request.post('/api/auth/login', {
        data: { username: 'boss', password: accounts.boss.password },
        headers: { 'X-Requested-With': 'task-reporter' },
      });
      expect(login.status()).toBe(200);
      const page = await browser.newPage();
      await page.goto('/rooms');
      await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hant-TW');
      await expect(page.getByRole('link', { name: new RegExp(room.title) })).toBeVisible();
      await page.close();

      for (const path of [
        '/rooms',
        `/rooms/${room.room_id}`,
        '/rooms/new',
        '/me',
        '/admin/users',
        '/design',
      ]) {
        expect.soft(await faults(port, url + path, device), path).toEqual([]);
      }
    });
  }
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, test as base, expect, type Page } from '@playwright/test';
import { Client } from './client';
import { type Plant, plant, type Username } from './people';
import { Server } from './server';

export { expect };

export const desk = { viewport: { width: 1440, height: 900 } };
export const phone = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
};

interface Fixtures {
  /** A browser of their own, signed in. Fails the test when the page throws or breaks its own rules. */
  as: (username: Username, options?: BrowserContextOptions) => Promise<Page>;
  api: (username: Username) => Promise<Client>;
}

interface Shared {
  /** What all tests of a worker use, one after another; plant() tells them where it is. */
  server: Server;
}

export const test = base.extend<Fixtures, Shared>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures it needs from the pattern
    async ({}, use) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'task-reporter-e2e-'));
      let server: Server | undefined;
      try {
        server = await Server.start(dataDir);
        process.env.E2E_PLANT = JSON.stringify({
          url: server.url,
          accounts: server.populate(),
        } satisfies Plant);
        await use(server);
      } finally {
        await server?.stop();
        rmSync(dataDir, { recursive: true, force: true });
      }
    },
    { scope: 'worker', auto: true },
  ],

  // biome-ignore lint/correctness/noEmptyPattern: as above
  baseURL: async ({}, use) => use(plant().url),

  page: async ({ page }, use) => {
    const faults = watch(page);
    await use(page);
    expect(faults).toEqual([]);
  },

  as: async ({ browser, baseURL, locale, timezoneId }, use) => {
    const opened: { close: () => Promise<void>; faults: string[] }[] = [];
    await use(async (username, options) => {
      const context = await open(browser, {
        baseURL,
        locale,
        timezoneId,
        serviceWorkers: 'block',
        ...desk,
        ...options,
      });
      const { password } = plant().accounts[username];
      const login = await context.request.post('/api/auth/login', {
        data: { username, password },
        headers: { 'X-Requested-With': 'task-reporter' },
      });
      expect(login.status()).toBe(200);
      const page = await context.newPage();
      opened.push({ close: () => context.close(), faults: watch(page) });
      return page;
    });
    for (const { close, faults } of opened) {
      await close();
      expect(faults).toEqual([]);
    }
  },

  // biome-ignore lint/correctness/noEmptyPattern: as above
  api: async ({}, use) => use((username) => Client.of(username)),
});

function open(browser: Browser, options: BrowserContextOptions) {
  return browser.newContext(options);
}

/** Exceptions, and what the content security policy stopped. */
function watch(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    const byRecorder = text.includes("Connecting to 'blob:"); // the trace reads previews; the page never does
    if (text.includes('Content Security Policy') && !byRecorder) faults.push(text);
  });
  return faults;
}

/** A word that no other test has written. */
export function unique(word: string): string {
  return `${word} ${Math.random().toString(36).slice(2, 8)}`;
}

export async function openRoom(page: Page, roomId: string): Promise<void> {
  await page.goto(`/rooms/${roomId}`);
  await expect(page.getByRole('log', { name: /對話|Conversation/ })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: /已連線|Live/ })).toBeAttached();
}

export const composer = (page: Page) => page.getByRole('textbox', { name: '輸入訊息' });

export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

export const bubble = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text });

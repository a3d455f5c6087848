import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type { Username } from './support/people';
import { type Scene, screens, setTheScene } from './support/screens';
import { desk, expect, phone, test } from './support/test';

/** Not a test of anything: `make screens` draws every screen, for whoever wants to look at all of them. */
const folder = 'test-results/screens';
const devices = { desk, phone };
const languages = { zh: 'zh-TW', en: 'en-US' };
const schemes = ['light', 'dark'] as const;

let scene: Scene;

test.beforeAll(async () => {
  scene = await setTheScene();
});

test.afterAll(() => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/index.html`, contactSheet());
});

async function settled(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  // What has just come is painted with the next frame.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** What is wider than the screen, and does not scroll by itself. */
function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

for (const [language, locale] of Object.entries(languages)) {
  for (const colorScheme of schemes) {
    for (const [device, screen] of Object.entries(devices)) {
      test(`${device} ${language} ${colorScheme}`, async ({ as, browser, baseURL }) => {
        test.setTimeout(600_000);
        const options = { ...screen, locale, colorScheme, reducedMotion: 'reduce' } as const;
        const stranger = await browser.newContext({ ...options, baseURL });
        const pages = new Map<Username | undefined, Page>([[undefined, await stranger.newPage()]]);
        for (const { name, who, open, leave } of screens) {
          const page = pages.get(who) ?? (await as(who ?? 'wang', options));
          pages.set(who, page);
          await open(page, scene);
          await settled(page);
          await page.screenshot({ path: `${folder}/${name}-${device}-${language}-${colorScheme}.png` });
          expect.soft(await sideways(page), name).toBeLessThanOrEqual(0);
          await leave?.(page);
        }
        await stranger.close();
      });
    }
  }
}

/** All that was drawn on one page: a row for each screen. */
function contactSheet(): string {
  const drawn = new Set(readdirSync(folder));
  const rows = screens.map(({ name }) => {
    const figures = Object.keys(devices).flatMap((device) =>
      Object.keys(languages).flatMap((language) =>
        schemes
          .map((scheme) => `${name}-${device}-${language}-${scheme}.png`)
          .filter((file) => drawn.has(file))
          .map(
            (file) => `<a href="${file}"><img src="${file}" alt="${file}" height="320" loading="lazy"></a>`,
          ),
      ),
    );
    return `<h2>${name}</h2>\n<p>${figures.join('\n')}</p>`;
  });
  return `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Screens</title>\n${rows.join('\n')}\n</html>\n`;
}

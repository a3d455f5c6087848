// Draws the icons that a device shows for the installed page from src/theme/icon.svg:
// `node scripts/icons.mjs`, after the drawing has changed. Needs Chromium, as the browser tests do.
import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from '@playwright/test';

const drawing = readFileSync(new URL('../src/theme/icon.svg', import.meta.url), 'utf8');
const folder = new URL('../public/', import.meta.url);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage();

/** `inner`: the share of the side that the drawing takes; the rest is its ground, which a device may cut. */
async function draw(name, size, inner, ground) {
  const side = Math.round(size * inner);
  await page.setViewportSize({ width: size, height: size });
  const style = `margin:0;display:grid;place-items:center;width:${size}px;height:${size}px;background:${ground}`;
  await page.setContent(
    `<body style="${style}">${drawing.replace('<svg', `<svg width="${side}" height="${side}"`)}`,
  );
  writeFileSync(new URL(name, folder), await page.screenshot({ omitBackground: true }));
}

await draw('icon-192.png', 192, 1, 'transparent');
await draw('icon-512.png', 512, 1, 'transparent');
await draw('icon-maskable-512.png', 512, 0.76, '#0b4a94');
writeFileSync(new URL('icon.svg', folder), drawing);
await browser.close();

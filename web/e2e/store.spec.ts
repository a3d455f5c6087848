import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clean } from './support/axe';
import { Minio } from './support/minio';
import type { Plant } from './support/people';
import { Server } from './support/server';
import { bubble, composer, expect, openRoom, phone, test } from './support/test';
import { arrivedOnce, attach, manual, offsets, press, roomOf, tile } from './support/uploads';

// A server of this file's own, on an object store that may be killed.
const dataDir = mkdtempSync(join(tmpdir(), 'task-reporter-store-'));
let shared: string | undefined;
let store: Minio;
let server: Server;

test.beforeAll(async () => {
  store = await Minio.open();
  server = await Server.start(dataDir, store.settings);
  shared = process.env.E2E_PLANT;
  const own: Plant = { url: server.url, accounts: server.populate() };
  process.env.E2E_PLANT = JSON.stringify(own);
});

test.afterAll(async () => {
  process.env.E2E_PLANT = shared;
  await server?.stop();
  await store?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test('F-SC-02, F-UP-22, F-UP-27: the object store is killed while a file is put together; chat goes on, and the file arrives once when it is back', async ({
  as,
  api,
}) => {
  const [owner, colleague] = [await api('wang'), await api('li')];
  const room = await roomOf(owner, '儲存停機', colleague);
  const [page, other] = [await as('wang', phone), await as('li')];
  await openRoom(page, room.room_id);
  await openRoom(other, room.room_id);
  const [pdf, sent] = [manual(), offsets(page)];

  const together = store.hold(/^PUT \/evidence\/room-[^/]+\/document\//);
  await attach(page, 'manual.pdf', pdf);
  await together;
  await store.kill();
  const mine = tile(page, 'manual.pdf');
  await expect(mine).toContainText('檔案儲存暫時無法使用');
  await clean(page, 'store down');
  await page.screenshot({ path: 'test-results/screens/store-down.png' });
  await composer(page).fill('檔案晚點到，先看壓力');
  await press(page, '送出');
  await expect(bubble(other, '檔案晚點到，先看壓力')).toBeVisible();
  await expect(bubble(other, 'manual.pdf')).toHaveCount(0);
  const before = sent.length;

  await store.start();
  await expect(bubble(other, 'manual.pdf')).toHaveCount(1);
  await expect(bubble(page, 'manual.pdf')).toHaveCount(1);
  await expect(mine).toHaveCount(0);
  expect(Math.min(...sent.slice(before), pdf.length - 1)).toBe(pdf.length - 1); // the last byte, once more
  await arrivedOnce(owner, room.room_id, 'manual.pdf', pdf);
});

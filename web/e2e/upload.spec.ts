import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tus from 'tus-js-client';
import type { components } from '../src/api/schema';
import { clean } from './support/axe';
import { jpeg, phonePhoto } from './support/jpeg';
import type { Plant } from './support/people';
import { Server } from './support/server';
import { bubble, composer, desk, expect, openRoom, phone, test } from './support/test';
import {
  arrivedOnce,
  attach,
  manual,
  mib,
  offsets,
  press,
  roomOf,
  sha256,
  stage,
  staged,
  storedNames,
  tile,
  unfinished,
} from './support/uploads';
import { Wire } from './support/wire';

type Schemas = components['schemas'];

// A server and a cable of this file's own, which may be killed and cut.
const dataDir = mkdtempSync(join(tmpdir(), 'task-reporter-uploads-'));
let shared: string | undefined;
let server: Server;
let wire: Wire;

test.beforeAll(async () => {
  server = await Server.start(dataDir);
  wire = new Wire(server.port);
  shared = process.env.E2E_PLANT;
  const own: Plant = { url: await wire.open(), accounts: server.populate() };
  process.env.E2E_PLANT = JSON.stringify(own);
});

test.afterAll(async () => {
  process.env.E2E_PLANT = shared;
  await wire?.close();
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test.afterEach(() => wire.mend());

for (const [device, screen] of Object.entries({ phone, desk })) {
  test(`F-SC-02, F-UP-25 to 28: a PDF of 5 MB is cut at 60 %, goes on from there by itself, and is told once (${device})`, async ({
    as,
    api,
  }) => {
    const [owner, colleague] = [await api('wang'), await api('li')];
    const room = await roomOf(owner, '斷線', colleague);
    const [page, other] = [await as('wang', screen), await as('li')];
    await openRoom(page, room.room_id);
    await openRoom(other, room.room_id);
    const [pdf, sent] = [manual(), offsets(page)];

    const sixty = wire.blockAfter(0.6 * pdf.length);
    await stage(page, [{ name: 'P-07 手冊.pdf', mimeType: 'application/pdf', buffer: pdf }]);
    await composer(page).fill('停機時查的手冊');
    await press(page, '送出');
    await sixty;
    wire.cut();
    await expect(tile(page, 'P-07 手冊.pdf')).toContainText('等待網路');
    await expect(tile(page, 'P-07 手冊.pdf').getByRole('progressbar')).toHaveAttribute(
      'aria-valuenow',
      /^\d+$/,
    );
    const before = sent.length;

    wire.mend();
    await expect(bubble(page, 'P-07 手冊.pdf')).toContainText('停機時查的手冊');
    await expect(bubble(other, 'P-07 手冊.pdf')).toHaveCount(1);
    await expect(tile(page, 'P-07 手冊.pdf')).toHaveCount(0);
    const resumed = sent[before] ?? 0;
    expect(resumed).toBeGreaterThan(0.6 * pdf.length - 1.1 * mib); // at most 1 MiB is sent again
    await arrivedOnce(owner, room.room_id, 'P-07 手冊.pdf', pdf);
  });
}

test('UX 10: the page is reloaded at 60 %; the queue goes on from there', async ({ as, api }) => {
  const owner = await api('wang');
  const room = await roomOf(owner, '重新載入');
  const page = await as('wang');
  await openRoom(page, room.room_id);
  const [pdf, sent] = [manual(), offsets(page)];
  const sixty = wire.blockAfter(0.6 * pdf.length);
  await attach(page, 'manual.pdf', pdf);
  await sixty;
  const before = sent.length;
  await page.reload();
  wire.mend();
  await expect(bubble(page, 'manual.pdf')).toBeVisible();
  await expect(tile(page, 'manual.pdf')).toHaveCount(0);
  expect(sent[0]).toBe(0);
  expect(Math.min(...sent.slice(before))).toBeGreaterThan(0);
  await arrivedOnce(owner, room.room_id, 'manual.pdf', pdf);

  await page.reload();
  await expect(bubble(page, 'manual.pdf')).toBeVisible();
  await expect(tile(page, 'manual.pdf')).toHaveCount(0);
  expect(await unfinished(owner, room.room_id)).toEqual([]);
});

test('F-UP-27: the server is killed at 60 % and started again; the upload goes on from there', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await roomOf(owner, '伺服器中斷');
  const page = await as('wang');
  await openRoom(page, room.room_id);
  const [pdf, sent] = [manual(), offsets(page)];
  const sixty = wire.blockAfter(0.6 * pdf.length);
  await attach(page, 'manual.pdf', pdf);
  await sixty;
  const before = sent.length;
  await server.stop('SIGKILL');
  wire.cut();
  await expect(tile(page, 'manual.pdf')).toContainText('等待網路');
  server = await Server.start(dataDir);
  wire.mend(server.port);
  await expect(bubble(page, 'manual.pdf')).toBeVisible();
  expect(sent[0]).toBe(0);
  expect(Math.min(...sent.slice(before))).toBeGreaterThan(0);
  await arrivedOnce(await api('wang'), room.room_id, 'manual.pdf', pdf);
});

test('F-UI-07: pause keeps what was sent, resume goes on, cancel asks past the half and ends it on the server', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await roomOf(owner, '暫停');
  const page = await as('wang');
  await openRoom(page, room.room_id);
  const [pdf, sent] = [manual(), offsets(page)];
  const mine = tile(page, 'manual.pdf');
  const part = wire.blockAfter(0.7 * pdf.length);
  await attach(page, 'manual.pdf', pdf);
  await part;
  await press(mine, '暫停上傳 manual.pdf');
  await expect(mine).toContainText(/已暫停60%/);
  const before = sent.length;
  wire.mend();
  const [upload] = await unfinished(owner, room.room_id);
  expect(upload).toMatchObject({ filename: 'manual.pdf', sha256: sha256(pdf) });
  await page.reload();
  await expect(mine).toContainText('已暫停'); // a pause is a decision
  expect(sent).toHaveLength(before);

  const more = wire.blockAfter(0.2 * pdf.length);
  await press(mine, '繼續上傳 manual.pdf');
  await more;
  expect(Math.min(...sent.slice(before))).toBeGreaterThan(0.5 * pdf.length);
  await press(mine, '暫停上傳 manual.pdf');
  await press(mine, '取消上傳 manual.pdf');
  const dialog = page.getByRole('dialog', { name: '取消這個上傳？' });
  await clean(page, 'cancel');
  await press(dialog, '繼續上傳');
  await expect(dialog).toHaveCount(0);
  await expect(mine).toContainText('已暫停');
  await press(mine, '取消上傳 manual.pdf');
  wire.mend();
  await press(dialog, '取消上傳');
  await expect(mine).toHaveCount(0);
  await expect.poll(() => unfinished(owner, room.room_id)).toEqual([]);
  await page.reload();
  await expect(composer(page)).toBeVisible();
  await expect(mine).toHaveCount(0);
  await expect(page.getByRole('tab', { name: '證據 0' })).toBeVisible();
});

test('F-UP-25: a file that the room has already is not sent again; what was written on it is said', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await roomOf(owner, '同一個檔案');
  const page = await as('wang');
  await openRoom(page, room.room_id);
  const [pdf, sent] = [manual(), offsets(page)];
  await attach(page, 'manual.pdf', pdf);
  await expect(bubble(page, 'manual.pdf')).toBeVisible();
  const before = sent.length;
  await stage(page, [{ name: 'again.pdf', mimeType: 'application/pdf', buffer: pdf }]);
  await composer(page).fill('請看第三章');
  await press(page, '送出');
  await expect(page.getByText('again.pdf 已經在這個房間裡')).toBeVisible();
  await expect(bubble(page, '請看第三章')).toBeVisible();
  await expect(tile(page, 'again.pdf')).toHaveCount(0);
  expect(sent).toHaveLength(before);
  await arrivedOnce(owner, room.room_id, 'manual.pdf', pdf);
});

test('F-UP-13, F-UI-07: what the server refuses for good says why and is not tried again', async ({
  as,
  api,
}) => {
  const room = await roomOf(await api('wang'), '拒收');
  const page = await as('wang');
  await openRoom(page, room.room_id);
  await attach(page, 'photo.jpg', Buffer.from('MZ this is no picture'), 'image/jpeg');
  const mine = page.getByRole('region', { name: 'photo.jpg 沒有上傳' });
  await expect(mine.getByRole('alert')).toContainText('不接受這種檔案');
  await expect(mine.getByRole('button', { name: /重試/ })).toHaveCount(0);
  await clean(page, 'failed');
  await press(mine, '捨棄 photo.jpg');
  await expect(mine).toHaveCount(0);
  await expect(page.getByRole('tab', { name: '證據 0' })).toBeVisible();
});

test('F-UI-14: an upload goes on while another screen is open, and its end is told there', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await roomOf(owner, '離開房間');
  const page = await as('wang');
  await openRoom(page, room.room_id);
  const pdf = manual();
  const part = wire.blockAfter(0.3 * pdf.length);
  await attach(page, 'manual.pdf', pdf);
  await part;
  await page.getByRole('link', { name: 'Task Reporter' }).click();
  await expect(page.getByRole('heading', { name: '事件列表' })).toBeVisible();
  wire.mend();
  await expect(page.getByText('manual.pdf 已上傳')).toBeVisible();
  await arrivedOnce(owner, room.room_id, 'manual.pdf', pdf);
});

test('signing out asks before it drops what is not sent, and leaves nothing of it on the device', async ({
  as,
  api,
}) => {
  const room = await roomOf(await api('wang'), '登出');
  const page = await as('wang');
  await openRoom(page, room.room_id);
  const pdf = manual();
  const part = wire.blockAfter(0.3 * pdf.length);
  await attach(page, 'manual.pdf', pdf);
  await part;
  await page
    .getByRole('button', { name: /王小明/ })
    .first()
    .click();
  await press(page, '登出');
  const dialog = page.getByRole('dialog', { name: '還有內容沒有送出' });
  await expect(dialog).toContainText('檔案 1 個');
  wire.mend();
  await press(dialog, '仍要登出');
  await expect(page.locator('input[name="username"]')).toBeVisible();
  const left = () =>
    page.evaluate(
      () =>
        new Promise<number>((done, fail) => {
          const open = indexedDB.open('task-reporter-uploads');
          open.onerror = () => fail(open.error);
          open.onsuccess = () => {
            const count = open.result.transaction('kept').objectStore('kept').count();
            count.onsuccess = () => done(count.result);
          };
        }),
    );
  await expect.poll(left).toBe(0);
});

test('UX 11: a large photo goes smaller from a phone and as it is from a desk; a log never changes', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await roomOf(owner, '大照片');
  const photo = phonePhoto(); // 2016 × 1512, lying, 2.5 MB
  const files = [
    { name: 'IMG_0042.jpg', mimeType: 'image/jpeg', buffer: photo },
    { name: 'alarm.log', mimeType: 'text/plain', buffer: Buffer.from('13:52 pressure low\n') },
  ];
  const page = await as('wang', phone);
  await openRoom(page, room.room_id);
  await stage(page, files);
  const original = page.getByRole('switch', { name: '送出原始檔' });
  await expect(original).not.toBeChecked();
  await expect(staged(page)).toContainText(/2\.\d MB → [\d.]+ (KB|MB)/);
  await page.getByRole('textbox', { name: 'alarm.log 的說明' }).fill('停機前的警報');
  await clean(page, 'staged');
  await press(page, '送出');
  await expect(bubble(page, '停機前的警報')).toBeVisible();
  await expect(page.getByRole('button', { name: '放大檢視 IMG_0042.jpg' })).toBeVisible();

  const onDesk = await as('wang');
  await openRoom(onDesk, room.room_id);
  await stage(onDesk, [{ name: 'IMG_0043.jpg', mimeType: 'image/jpeg', buffer: photo }]);
  await expect(onDesk.getByRole('switch', { name: '送出原始檔' })).toBeChecked();
  await press(onDesk, '送出');
  await expect(onDesk.getByRole('button', { name: '放大檢視 IMG_0043.jpg' })).toBeVisible();

  const answer = await owner.http.get(`/api/rooms/${room.room_id}/files`);
  const { files: stored } = (await answer.json()) as { files: Schemas['File'][] };
  const byName = Object.fromEntries(stored.map((file) => [file.filename, file]));
  expect(byName['IMG_0043.jpg']?.sha256).toBe(sha256(photo));
  expect(byName['IMG_0042.jpg']).toMatchObject({ width: 1512, height: 2016 }); // upright by its pixels
  expect(byName['IMG_0042.jpg']?.file_size).toBeLessThan(photo.length);
});

test('UX 11: what cannot be sent says so before it is sent, and a photo that is too large is offered smaller', async ({
  as,
  api,
}) => {
  const room = await roomOf(await api('wang'), '太大');
  const page = await as('wang');
  await openRoom(page, room.room_id);
  await stage(page, [{ name: 'setup.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') }]);
  await expect(staged(page).getByRole('alert')).toContainText('不接受這種檔案');
  await expect(page.getByRole('button', { name: '送出', exact: true })).toBeDisabled();
  await press(page, '不要附上 setup.exe');

  const huge = jpeg({ width: 4200, height: 3150, quality: 96, noise: 1 });
  expect(huge.length).toBeGreaterThan(10 * mib);
  await stage(page, [{ name: 'huge.jpg', mimeType: 'image/jpeg', buffer: huge }]);
  await expect(staged(page)).toContainText('原始檔太大，送出縮小的版本');
  await press(page, '送出');
  await expect(page.getByRole('button', { name: '放大檢視 huge.jpg' })).toBeVisible();
});

test('F-UI-04: a file that falls beside the conversation is taken too', async ({ as, api }) => {
  const room = await roomOf(await api('wang'), '拖放');
  const page = await as('wang');
  await openRoom(page, room.room_id);
  await page.getByRole('complementary', { name: '事件資訊' }).evaluate((element) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['13:52 pressure low\n'], 'dropped.log', { type: 'text/plain' }));
    for (const step of ['dragenter', 'dragover', 'drop']) {
      const event = new DragEvent(step, { dataTransfer: transfer, bubbles: true, cancelable: true });
      element.dispatchEvent(event);
    }
  });
  await expect(staged(page)).toContainText('dropped.log');
  await press(page, '送出');
  await expect(bubble(page, 'dropped.log')).toBeVisible();
});

const words = {
  'zh-TW': { all: '全部暫停', on: '全部繼續', queued: '排隊中', paused: '已暫停', pause: /^暫停上傳/ },
  'en-US': {
    all: 'Pause all',
    on: 'Resume all',
    queued: 'Waiting its turn',
    paused: 'Paused',
    pause: /^Pause upload/,
  },
} as const;

const looks = [
  ['desk', desk, 'zh-TW', 'light'],
  ['desk', desk, 'en-US', 'dark'],
  ['phone', phone, 'zh-TW', 'dark'],
  ['phone', phone, 'en-US', 'light'],
] as const;

for (const [device, screen, locale, colorScheme] of looks) {
  test(`F-UI-07, F-UI-13: several at once, in order, all paused and resumed (${device}, ${locale}, ${colorScheme})`, async ({
    as,
    api,
  }) => {
    const owner = await api('wang');
    const room = await roomOf(owner, '多個檔案');
    const page = await as('wang', { ...screen, locale, colorScheme, reducedMotion: 'reduce' });
    const shot = (name: string) =>
      page.screenshot({ path: `test-results/screens/${name}-${device}-${locale}-${colorScheme}.png` });
    const word = words[locale];
    await openRoom(page, room.room_id);
    const picture = (seed: number) => jpeg({ width: 1200, height: 900, quality: 80, noise: 0.15, seed });
    await stage(page, [
      { name: '主軸下方.jpg', mimeType: 'image/jpeg', buffer: picture(3) },
      {
        name: 'press07_alarm.log',
        mimeType: 'text/plain',
        buffer: Buffer.from('13:52 low\n'.repeat(9e4)),
      },
      { name: 'IMG_0042.jpg', mimeType: 'image/jpeg', buffer: phonePhoto() },
      { name: 'setup.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') },
      { name: 'P-07 維修手冊第三版修訂.pdf', mimeType: 'application/pdf', buffer: manual() },
    ]);
    await expect(page.getByRole('switch')).toBeVisible();
    await expect(staged(page)).toContainText(/→|縮小後|smaller:/);
    await clean(page, 'staged');
    await shot('staged');

    const part = wire.blockAfter(100_000);
    await press(page, /^送出$|^Send$/);
    await part;
    const tiles = page.locator('section[data-state]');
    await expect(tiles).toHaveCount(4);
    await expect(tiles.last()).toContainText(word.queued);
    await clean(page, 'uploading');
    await shot('uploading');
    if (device === 'phone') {
      const box = await page.getByRole('button', { name: word.pause }).first().boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
    }
    await press(page, word.all);
    await expect(tiles.filter({ hasText: word.paused })).toHaveCount(4);
    await clean(page, 'paused');
    await shot('paused');
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);

    wire.mend();
    await press(page, word.on);
    await expect
      .poll(() => storedNames(owner, room.room_id))
      .toEqual(['主軸下方.jpg', 'press07_alarm.log', 'IMG_0042.jpg', 'P-07 維修手冊第三版修訂.pdf']);
    await expect(tiles).toHaveCount(0);
    expect(await unfinished(owner, room.room_id)).toEqual([]);
  });
}

for (const death of ['the line is cut', 'the server is killed'] as const) {
  test(`F-UP-25 to 28: a client of the protocol that knows nothing of us (tus-js-client in Node.js) goes on after ${death}`, async ({
    api,
  }) => {
    const owner = await api('wang');
    const room = await roomOf(owner, '別的用戶端');
    const pdf = manual();
    const { url, accounts }: Plant = JSON.parse(process.env.E2E_PLANT ?? '{}');
    const login = await owner.http.post('/api/auth/login', {
      data: { username: 'wang', password: accounts.wang.password },
    });
    const { access_token } = (await login.json()) as Schemas['SignedIn'];
    const sent: number[] = [];
    const sixty = wire.blockAfter(0.6 * pdf.length);
    const finished = new Promise<void>((done, failed) => {
      new tus.Upload(pdf, {
        endpoint: `${url}/api/rooms/${room.room_id}/uploads`,
        headers: { Authorization: `Bearer ${access_token}` },
        metadata: { filename: 'P-07 手冊.pdf', description: '停機時查的手冊' },
        retryDelays: Array<number>(60).fill(1000),
        onBeforeRequest: (request) => {
          if (request.getMethod() === 'PATCH') sent.push(Number(request.getHeader('Upload-Offset')));
        },
        onSuccess: () => done(),
        onError: failed,
      }).start();
    });
    await sixty;
    const resumable = 0.6 * pdf.length - 1.1 * mib; // at most 1 MiB is sent again
    await expect
      .poll(async () => (await unfinished(owner, room.room_id))[0]?.upload_offset)
      .toBeGreaterThan(resumable);
    if (death === 'the server is killed') {
      await server.stop('SIGKILL');
      server = await Server.start(dataDir);
      wire.drop();
      wire.mend(server.port);
    } else {
      wire.cut();
      wire.mend();
    }
    await finished;
    expect(sent[0]).toBe(0);
    expect(sent.at(-1)).toBeGreaterThan(resumable);
    await arrivedOnce(await api('wang'), room.room_id, 'P-07 手冊.pdf', pdf);
  });
}

import { createHash } from 'node:crypto';
import type { Locator, Page } from '@playwright/test';
import { jpeg, phonePhoto, withExif } from './support/jpeg';
import { bubble, desk, expect, openRoom, phone, say, test, unique } from './support/test';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** The digest of what the page itself gets from a link. */
function fetched(page: Page, url: string): Promise<string> {
  return page.evaluate(async (from) => {
    const bytes = await (await fetch(from)).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }, url);
}

/** Pixels of a picture that has been decoded and shown. */
async function shown(image: Locator): Promise<{ width: number; height: number }> {
  await expect(image).toBeVisible();
  await expect
    .poll(() => image.evaluate((element: HTMLImageElement) => element.complete && element.naturalWidth > 0))
    .toBe(true);
  return image.evaluate((element: HTMLImageElement) => ({
    width: element.naturalWidth,
    height: element.naturalHeight,
  }));
}

const preview = (page: Page, name: string) => page.getByRole('button', { name: `放大檢視 ${name}` });
const fullPicture = (page: Page) => page.locator('.yarl__slide_current img');

/** Gives files to an element as a mouse or a clipboard would. */
async function give(target: Locator, kind: 'drop' | 'paste', name: string, bytes: Buffer): Promise<void> {
  await target.evaluate(
    (element, given) => {
      const raw = Uint8Array.from(atob(given.base64), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([raw], given.name, { type: 'image/jpeg' }));
      if (given.kind === 'paste') {
        element.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }),
        );
        return;
      }
      for (const step of ['dragenter', 'dragover', 'drop']) {
        element.dispatchEvent(
          new DragEvent(step, { dataTransfer: transfer, bubbles: true, cancelable: true }),
        );
      }
    },
    { kind, name, base64: bytes.toString('base64') },
  );
}

for (const [device, screen] of Object.entries({ phone, desk })) {
  test(`F-SC-01, F-UI-05, F-UI-06: a photo from line 3 (${device}) is seen at once by a colleague, and its full picture is the original`, async ({
    as,
  }) => {
    const mobile = device === 'phone';
    const original = phonePhoto();
    expect(original.length).toBeGreaterThan(2_300_000);
    expect(original.length).toBeLessThan(2_800_000);
    const wang = await as('wang', screen);
    const li = await as('li', mobile ? desk : phone);
    const station = unique('站');

    await test.step('王小明 declares from the template', async () => {
      await wang.goto('/rooms');
      await wang.getByRole('link', { name: '通報異常' }).click();
      await wang.getByRole('radio', { name: '設備停機' }).check();
      await expect(wang.getByRole('radio', { name: /^高/ })).toBeChecked();
      await wang.getByRole('textbox', { name: '產線' }).fill('三線');
      await wang.getByLabel('站別').fill(station);
      await expect(wang.getByLabel(/^標題/)).toHaveValue(`三線 ${station} 設備停機`);
      await wang.getByRole('switch', { name: '產線已停' }).check();
      await wang.getByRole('button', { name: '通報', exact: true }).click();
      await expect(wang.getByRole('heading', { level: 1, name: `三線 ${station} 設備停機` })).toBeVisible();
    });

    await test.step('and brings in 李工 as EDITOR (F-UI-08)', async () => {
      if (mobile) await wang.getByRole('button', { name: '事件詳情' }).click();
      await wang.getByRole('tab', { name: '成員 1' }).click();
      await wang.getByRole('button', { name: '加入成員' }).click();
      await wang.getByRole('combobox', { name: '人員' }).fill('李');
      await wang.getByRole('option', { name: /李工/ }).click();
      await wang.getByRole('radio', { name: '處理人員' }).check();
      await wang.getByRole('button', { name: '加入', exact: true }).click();
      const members = wang.getByRole('list', { name: '房間成員' }).getByRole('listitem');
      await expect(members.filter({ hasText: '李工' })).toContainText('處理人員');
      await expect(members.filter({ hasText: '王小明' })).toContainText('負責人');
      if (mobile) await wang.getByRole('dialog').getByRole('button', { name: '關閉' }).click();
      await expect(wang.getByRole('log')).toContainText('王小明 加入了 李工（處理人員）');
    });

    await test.step('李工 opens the room from the list', async () => {
      await li.goto('/rooms');
      await li.getByRole('link', { name: new RegExp(station) }).click();
      await expect(li.getByRole('log')).toContainText('王小明 通報了這個事件');
      await li.evaluate(() => {
        document.documentElement.dataset.opened = 'once'; // a reload would lose it
      });
      await expect(li.getByRole('status').filter({ hasText: '已連線' })).toBeAttached();
    });

    await test.step('王小明 writes and attaches', async () => {
      await say(wang, '三線停機，主軸有油');
      await wang
        .getByTestId('file-input')
        .setInputFiles({ name: '主軸.jpg', mimeType: 'image/jpeg', buffer: original });
      await expect(wang.getByRole('list', { name: '待送出的檔案' })).toContainText('主軸.jpg');
      if (mobile) await wang.getByRole('switch').check(); // as it is, for this is evidence
      await wang.getByRole('button', { name: '送出' }).click();
      await expect(preview(wang, '主軸.jpg')).toBeVisible();
      await expect(wang.getByRole('region', { name: /主軸.jpg/ })).toHaveCount(0); // its tile has gone
    });

    await test.step('李工 sees message and thumbnail without a reload, upright', async () => {
      await expect(bubble(li, '三線停機，主軸有油')).toBeVisible();
      const size = await shown(preview(li, '主軸.jpg').getByRole('img'));
      expect(size.height).toBeGreaterThan(size.width); // orientation 6: stored lying, shown standing
      expect(Math.max(size.width, size.height)).toBeLessThanOrEqual(480);
      expect(await li.evaluate(() => document.documentElement.dataset.opened)).toBe('once');
    });

    await test.step('a press opens the full picture; its bytes are the original', async () => {
      await preview(li, '主軸.jpg').click();
      const size = await shown(fullPicture(li));
      expect([size.width, size.height]).toEqual([1512, 2016]);
      const src = await fullPicture(li).getAttribute('src');
      expect(await fetched(li, src ?? '')).toBe(sha256(original));
    });

    await test.step('Esc gives the focus back to the thumbnail (UX 14)', async () => {
      await li.keyboard.press('Escape');
      await expect(fullPicture(li)).toHaveCount(0);
      await expect(preview(li, '主軸.jpg')).toBeFocused();
    });
  });
}

test('F-UI-04, UX 11: pictures that are dropped or pasted reach the colleague too, with their caption', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('拖放') });
  await owner.add(room.room_id, (await api('li')).userId, 'EDITOR');
  const wang = await as('wang');
  const li = await as('li');
  await openRoom(wang, room.room_id);
  await openRoom(li, room.room_id);
  const picture = withExif(jpeg({ width: 640, height: 480, quality: 70, noise: 0.1 }));
  const another = jpeg({ width: 640, height: 480, quality: 70, noise: 0.1, seed: 2 });

  await give(wang.getByRole('log'), 'drop', 'dropped.jpg', picture);
  await wang.getByRole('textbox', { name: '輸入訊息' }).fill('從這裡漏');
  await wang.getByRole('button', { name: '送出' }).click();
  await shown(preview(li, 'dropped.jpg').getByRole('img'));
  await expect(bubble(li, '從這裡漏')).toBeVisible();

  await give(wang.getByRole('textbox', { name: '輸入訊息' }), 'paste', 'image.png', picture.subarray(0, 0));
  await wang.getByRole('button', { name: /不要附上 paste-/ }).click(); // a pasted picture gets a name of its own
  await give(wang.getByRole('textbox', { name: '輸入訊息' }), 'paste', 'pasted.jpg', another);
  await wang.getByRole('button', { name: '送出' }).click();
  await shown(preview(li, 'pasted.jpg').getByRole('img'));

  await wang.getByRole('tab', { name: '證據 2' }).click();
  await expect(wang.getByRole('list', { name: '證據檔案' }).getByRole('listitem')).toHaveCount(2);
});

test('F-DL-03: an owner removes a file, and it is gone for everybody at once', async ({ as, api }) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('移除') });
  await owner.add(room.room_id, (await api('li')).userId, 'VIEWER');
  const picture = jpeg({ width: 320, height: 240, quality: 70, noise: 0.1 });
  await owner.attach(room.room_id, 'wrong.jpg', 'image/jpeg', picture);
  const wang = await as('wang');
  const li = await as('li');
  await openRoom(wang, room.room_id);
  await openRoom(li, room.room_id);
  await expect(preview(li, 'wrong.jpg')).toBeVisible();

  await li.getByRole('tab', { name: '證據 1' }).click();
  await expect(li.getByRole('link', { name: '下載 wrong.jpg' })).toBeVisible();
  await expect(li.getByRole('button', { name: '移除 wrong.jpg' })).toHaveCount(0); // not for a viewer
  await wang.getByRole('tab', { name: '證據 1' }).click();
  await wang.getByRole('button', { name: '移除 wrong.jpg' }).click();
  await wang.getByRole('dialog').getByRole('button', { name: '移除', exact: true }).click();

  for (const page of [wang, li]) {
    await expect(page.getByRole('log').getByText('檔案已移除')).toBeVisible();
    await expect(page.getByRole('tab', { name: '證據 0' })).toBeVisible();
    await expect(preview(page, 'wrong.jpg')).toHaveCount(0);
  }
});

test('F-SC-04: five members upload at once, each photo arrives once and whole, and everybody sees all', async ({
  as,
  api,
}) => {
  test.slow();
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('五人上傳') });
  const people = ['wang', 'li', 'chen', 'wu', 'boss'] as const;
  for (const one of people.slice(1)) await owner.add(room.room_id, (await api(one)).userId, 'EDITOR');
  const sent = people.map((one, n) => ({
    one,
    name: `${one}.jpg`,
    bytes: jpeg({ width: 1400, height: 1050, quality: 90, noise: 0.6, seed: n + 1 }),
  }));
  const pages: Page[] = [];
  for (const [n, { one, name, bytes }] of sent.entries()) {
    const page = await as(one, n % 2 === 0 ? desk : phone);
    await openRoom(page, room.room_id);
    await page.getByTestId('file-input').setInputFiles({ name, mimeType: 'image/jpeg', buffer: bytes });
    await expect(page.getByRole('list', { name: '待送出的檔案' })).toContainText(name);
    pages.push(page);
  }
  await Promise.all(pages.map((page) => page.getByRole('button', { name: '送出', exact: true }).click()));

  for (const [n, page] of pages.entries()) {
    if (n % 2 !== 0) await page.getByRole('button', { name: '事件詳情' }).click();
    await page.getByRole('tab', { name: '證據 5' }).click(); // told without a reload
    const files = page.getByRole('list', { name: '證據檔案' });
    for (const { name } of sent)
      await expect(files.getByRole('listitem').filter({ hasText: name })).toHaveCount(1);
  }
  const answer = await owner.http.get(`/api/rooms/${room.room_id}/files`);
  const { files } = (await answer.json()) as { files: { filename: string; sha256: string }[] };
  const wanted = sent.map(({ name, bytes }) => [name, sha256(bytes)]);
  expect(files.map((file) => [file.filename, file.sha256]).sort()).toEqual(wanted.sort());
});

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Page } from '@playwright/test';
import { clean } from './support/axe';
import { jpeg } from './support/jpeg';
import { bubble, composer, desk, expect, openRoom, phone, say, test, unique } from './support/test';
import { unzip } from './support/unzip';

type Api = (who: 'wang' | 'li' | 'chen') => Promise<import('./support/client').Client>;

/** A room of 王小明 with 李工 as EDITOR, open in two browsers. */
async function roomForTwo(api: Api, title: string) {
  const owner = await api('wang');
  const other = await api('li');
  const room = await owner.declare({ title: unique(title) });
  await owner.add(room.room_id, other.userId, 'EDITOR');
  return { owner, other, room, roomId: room.room_id };
}

/** Opens what can be done with a message and takes one of it. */
async function act(page: Page, text: string, item: string): Promise<void> {
  await bubble(page, text).hover();
  await bubble(page, text)
    .getByRole('button', { name: /更多動作/ })
    .click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

test('F-RT-02, F-UI-11, UX 23: who types is shown, and gone with the message or after a while', async ({
  as,
  api,
}) => {
  const { roomId } = await roomForTwo(api, '輸入中');
  const wang = await as('wang');
  const li = await as('li');
  await openRoom(wang, roomId);
  await openRoom(li, roomId);
  const line = wang.getByText('李工 正在輸入…');

  await composer(li).pressSequentially('先關');
  await expect(line).toBeVisible();
  await composer(li).press('Enter');
  await expect(bubble(wang, '先關')).toBeVisible();
  await expect(line).toHaveCount(0);

  await composer(li).pressSequentially('等等');
  await expect(line).toBeVisible();
  await expect(line).toHaveCount(0); // no further word within 5 s
});

test('F-RT-03, F-UI-11, UX 15: reactions toggle, live on both sides', async ({ as, api }) => {
  const { owner, roomId } = await roomForTwo(api, '回應');
  await owner.say(roomId, '總閥已關');
  const wang = await as('wang');
  const li = await as('li');
  await openRoom(wang, roomId);
  await openRoom(li, roomId);

  await bubble(li, '總閥已關').hover();
  await bubble(li, '總閥已關').getByRole('button', { name: '以 👍 回應' }).click();
  const seen = bubble(wang, '總閥已關').getByRole('button', { name: '👍：李工' });
  await expect(seen).toHaveAttribute('aria-pressed', 'false');
  await seen.click();
  const both = bubble(li, '總閥已關').getByRole('button', { name: /👍：李工.*王小明/ });
  await expect(both).toHaveAttribute('aria-pressed', 'true');
  await expect(both).toContainText('2');
  await both.click();
  await expect(bubble(wang, '總閥已關').getByRole('button', { name: '👍：王小明' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
});

test('F-RT-11: an edit and a deletion are seen live, with versions and a tombstone', async ({ as, api }) => {
  const { roomId } = await roomForTwo(api, '編輯');
  const wang = await as('wang');
  const li = await as('li');
  await openRoom(wang, roomId);
  await openRoom(li, roomId);
  await say(li, '壓力 3 bar');
  await expect(bubble(wang, '壓力 3 bar')).toBeVisible();

  await composer(li).press('ArrowUp'); // UX 17
  await expect(composer(li)).toHaveValue('壓力 3 bar');
  await composer(li).fill('壓力 5 bar');
  await composer(li).press('Enter');
  await expect(bubble(wang, '壓力 5 bar')).toContainText('已編輯');
  await expect(bubble(wang, '壓力 3 bar')).toHaveCount(0);
  await bubble(wang, '壓力 5 bar').getByRole('button', { name: '已編輯' }).click();
  await expect(wang.getByRole('dialog')).toContainText('壓力 3 bar');
  await wang.keyboard.press('Escape');

  await act(wang, '壓力 5 bar', '刪除'); // the OWNER deletes another's
  await wang.getByRole('dialog').getByRole('button', { name: '刪除' }).click();
  for (const page of [wang, li]) {
    await expect(page.getByText('王小明 刪除了這則訊息')).toBeVisible();
    await expect(bubble(page, '壓力 5 bar')).toHaveCount(0);
  }
  await wang.reload();
  await expect(wang.getByText('王小明 刪除了這則訊息')).toBeVisible();
});

test('UX 19: a reply quotes and leads far back; "jump to newest" comes back', async ({ as, api }) => {
  test.slow();
  const { owner, other, roomId } = await roomForTwo(api, '回覆');
  const first = await owner.say(roomId, '最初的量測值');
  for (let n = 1; n <= 130; n++) await owner.say(roomId, `第 ${n} 則`);
  await other.reply(roomId, '就是這個', first.message_id);
  const page = await as('wang');
  await openRoom(page, roomId);
  await page
    .getByRole('button', { name: /跳到最新/ })
    .or(bubble(page, '就是這個'))
    .first()
    .waitFor();
  await expect(async () => {
    const jump = page.getByRole('button', { name: /跳到最新/ });
    if (await jump.isVisible()) await jump.click({ timeout: 1000 });
    await expect(bubble(page, '就是這個')).toBeInViewport({ timeout: 1000 });
  }).toPass();
  await page.getByRole('button', { name: '跳到 王小明 的訊息：最初的量測值' }).click();
  await expect(bubble(page, '最初的量測值').last()).toBeInViewport();
  await expect(bubble(page, '第 130 則')).toHaveCount(0);
  await other.say(roomId, '同時發生的');
  await page.getByRole('button', { name: /跳到最新/ }).click();
  await expect(bubble(page, '同時發生的')).toBeInViewport();
});

test('F-RT-11, UX 16: a mention is offered, marked, and counted in the list of rooms', async ({
  as,
  api,
}) => {
  const { room, roomId } = await roomForTwo(api, '提及');
  const wang = await as('wang');
  const li = await as('li');
  await li.goto('/rooms');
  const row = li.getByRole('link', { name: new RegExp(room.title) });
  await expect(row).toBeVisible();
  await openRoom(wang, roomId);
  await composer(wang).pressSequentially('請 @李');
  await expect(wang.getByRole('option', { name: /李工/ })).toHaveAttribute('aria-selected', 'true');
  await composer(wang).press('Enter');
  await composer(wang).pressSequentially('來看');
  await composer(wang).press('Enter');
  await expect(row).toContainText('@');
  await row.click();
  await expect(bubble(li, '請 @李工 來看')).toContainText('提到您');
});

test('UX 19: a pin stands above the conversation and leads to its message', async ({ as, api }) => {
  const { owner, roomId } = await roomForTwo(api, '釘選');
  await owner.say(roomId, '先斷電再拆蓋');
  for (let n = 1; n <= 30; n++) await owner.say(roomId, `第 ${n} 則`);
  const wang = await as('wang');
  const li = await as('li');
  await openRoom(li, roomId);
  await openRoom(wang, roomId);
  await wang.getByRole('log').hover();
  await expect(async () => {
    await wang.mouse.wheel(0, -3000);
    await expect(bubble(wang, '先斷電再拆蓋')).toBeInViewport({ timeout: 500 });
  }).toPass();
  await act(wang, '先斷電再拆蓋', '釘選');
  await expect(bubble(wang, '先斷電再拆蓋')).toContainText('王小明 釘選');
  await li.getByRole('button', { name: '釘選的訊息' }).click();
  await li
    .getByRole('dialog')
    .getByRole('button', { name: /先斷電再拆蓋/ })
    .click();
  await expect(bubble(li, '先斷電再拆蓋')).toBeInViewport();
});

for (const [name, screen] of Object.entries({ desk, phone })) {
  test(`UX 19: what was pinned leaves as one document that reads without us (${name})`, async ({ as, api }, {
    outputDir,
  }) => {
    const { owner, other, room, roomId } = await roomForTwo(api, '匯出');
    const said = await other.say(roomId, '先斷電再拆蓋');
    await owner.reply(roomId, '已斷電', said.message_id);
    const picture = jpeg({ width: 640, height: 480, quality: 80, noise: 0.2 });
    await other.attach(roomId, '主軸 #1.jpg', 'image/jpeg', picture, '漏油的地方');
    await other.attach(roomId, 'press.log', 'text/plain', Buffer.from('08:15:02 TEMP 215.3\n'));
    const page = await as('wang', screen);
    await openRoom(page, roomId);
    await owner.http.put(`/api/rooms/${roomId}/messages/${said.message_id}/pin`);
    await page.goto(`/rooms/${roomId}?panel=details`);
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: '匯出事件' }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe(`${room.number}.zip`);
    await clean(page, 'details');

    const names = unzip(readFileSync(await download.path()), outputDir);
    expect(names).toContain('files/0001-主軸 #1.jpg');
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: outputDir });
    await page.goto(pathToFileURL(`${outputDir}/incident.html`).href);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(room.title);
    const part = (title: string) => page.getByRole('region', { name: title });
    await expect(part('釘選的訊息')).toContainText('先斷電再拆蓋');
    await expect(part('對話')).toContainText('漏油的地方');
    await part('對話').getByRole('link', { name: /^#/ }).click();
    await expect(page).toHaveURL(new RegExp(`#e${said.seq}$`));
    await expect(part('對話').getByText('先斷電再拆蓋', { exact: true })).toBeInViewport();
    const photo = page.getByRole('img', { name: '主軸 #1.jpg' });
    await photo.scrollIntoViewIfNeeded();
    await expect.poll(() => photo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
    await clean(page, 'incident.html');
  });
}

test('UX 2, UX 3: a room with 30 unread opens at the first of them', async ({ as, api }) => {
  const { owner, other, roomId } = await roomForTwo(api, '未讀');
  for (let n = 1; n <= 20; n++) await other.say(roomId, `已讀 ${n} 號`);
  await other.read(roomId);
  for (let n = 1; n <= 30; n++) await owner.say(roomId, `未讀 ${n} 號`);
  const page = await as('li', phone);
  await openRoom(page, roomId);
  await expect(page.getByRole('heading', { name: '未讀訊息' })).toBeInViewport();
  await expect(bubble(page, '未讀 1 號').first()).toBeInViewport();
  await expect(bubble(page, '未讀 30 號')).not.toBeInViewport();
  const jump = page.getByRole('button', { name: /跳到最新（\d+）/ });
  await expect(jump).toBeVisible();
  await jump.click();
  await expect(bubble(page, '未讀 30 號')).toBeInViewport();
  await expect(page.getByRole('button', { name: /跳到最新/ })).toHaveCount(0);
  await expect.poll(async () => (await other.room(roomId)).unread_count).toBe(0);
});

test('UX 4: a hidden tab reads nothing; coming back does', async ({ as, api }) => {
  const { owner, other, roomId } = await roomForTwo(api, '背景');
  const li = await as('li');
  await openRoom(li, roomId);
  await owner.say(roomId, '看得到的');
  await expect.poll(async () => (await other.room(roomId)).unread_count).toBe(0);

  const visibility = (state: 'hidden' | 'visible') =>
    li.evaluate((now) => {
      Object.defineProperty(document, 'visibilityState', { value: now, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await visibility('hidden');
  const last = await owner.say(roomId, '背景中來的');
  await expect(bubble(li, '背景中來的')).toBeAttached();
  await owner.say(roomId, '又一則');
  await expect(bubble(li, '又一則')).toBeAttached();
  expect((await other.room(roomId)).unread_count).toBe(2);
  await visibility('visible');
  await expect.poll(async () => (await other.room(roomId)).read_seq ?? 0).toBeGreaterThan(last.seq);
});

test('F-RT-11: who has seen my message', async ({ as, api }) => {
  const { roomId } = await roomForTwo(api, '已讀');
  const wang = await as('wang');
  await openRoom(wang, roomId);
  await say(wang, '看到請回');
  await expect(bubble(wang, '看到請回')).toBeVisible();
  await expect(wang.getByText('1 人已讀')).toHaveCount(0);
  await openRoom(await as('li'), roomId);
  await expect(bubble(wang, '看到請回')).toContainText('1 人已讀');
});

test('F-RT-04: a decision says that it is one', async ({ as, api }) => {
  const { roomId } = await roomForTwo(api, '決議');
  const wang = await as('wang', desk);
  const li = await as('li', phone);
  await openRoom(wang, roomId);
  await openRoom(li, roomId);
  await wang.getByRole('button', { name: /訊息種類/ }).click();
  await wang.getByRole('menuitemradio', { name: /決議/ }).click();
  await say(wang, '停線到早班');
  await expect(bubble(li, '停線到早班')).toContainText('決議');
});

test('UX 25: with gloves every act is a visible button of 44 px', async ({ as, api }) => {
  const { owner, roomId } = await roomForTwo(api, '手套');
  await owner.say(roomId, '三線停機');
  const li = await as('li', phone);
  await openRoom(li, roomId);
  const more = bubble(li, '三線停機').getByRole('button', { name: /更多動作/ });
  const box = await more.boundingBox();
  expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
  await more.tap();
  const thumb = li.getByRole('menu').getByRole('button', { name: '以 ✅ 回應' });
  const size = await thumb.boundingBox();
  expect(Math.min(size?.width ?? 0, size?.height ?? 0)).toBeGreaterThanOrEqual(44);
  await thumb.tap();
  await expect(bubble(li, '三線停機').getByRole('button', { name: '✅：李工' })).toBeVisible();
});

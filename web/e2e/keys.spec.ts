import type { Page } from '@playwright/test';
import { clean } from './support/axe';
import type { Client } from './support/client';
import { bubble, composer, expect, openRoom, say, test, unique } from './support/test';

const title = (page: Page, text: string) => page.getByRole('heading', { level: 1, name: text });
const palette = (page: Page) => page.getByRole('dialog', { name: '跳到事件' });
const words = (page: Page) => page.getByRole('combobox', { name: '搜尋編號、標題、線別或設備' });

/** The page stands, and nothing in it has the focus. */
async function atRest(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: '事件列表' })).toBeVisible();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}

/** Rooms of 王小明 with 李工 as EDITOR, all on one line. */
async function roomsOnOneLine(api: (who: 'wang' | 'li') => Promise<Client>, titles: string[]) {
  const [owner, other] = [await api('wang'), await api('li')];
  const line = unique('線');
  const rooms = [];
  for (const one of titles) {
    const room = await owner.declare({ title: unique(one), place: { line, station: `站 ${one}` } });
    await owner.add(room.room_id, other.userId, 'EDITOR');
    rooms.push(room);
  }
  return { owner, line, rooms };
}

test('UX 17: Ctrl+K jumps to a room by its number, its title or its station', async ({ as, api }) => {
  const owner = await api('wang');
  const station = unique('站');
  const room = await owner.declare({ title: unique('沖壓機漏油'), place: { station } });
  const other = await owner.declare({ title: unique('送料卡料'), place: { station } });
  const page = await as('wang');
  await page.goto('/rooms');
  await atRest(page);

  for (const [text, found] of [
    [room.number.slice(-5), room],
    [other.title, other],
  ] as const) {
    await page.keyboard.press('Control+k');
    await expect(words(page)).toBeFocused();
    await page.keyboard.type(text);
    await page.keyboard.press('Enter'); // before there is an answer
    await expect(title(page, found.title)).toBeVisible();
    await expect(palette(page)).toHaveCount(0);
    await expect(composer(page)).toBeFocused();
  }

  await page.keyboard.press('Control+k'); // from the box one writes in
  await expect(words(page)).toBeFocused();
  await page.keyboard.type(station);
  const options = palette(page).getByRole('option');
  await expect(options).toHaveCount(2);
  const active = () =>
    words(page).evaluate((box) =>
      document.getElementById(box.getAttribute('aria-activedescendant') ?? '')?.getAttribute('aria-selected'),
    );
  await expect(options.first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(options.last()).toHaveAttribute('aria-selected', 'true');
  expect(await active()).toBe('true');
  await clean(page, 'jump');
  await page.keyboard.press('ArrowDown'); // round
  await expect(options.first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  const last = await options.last().innerText();
  await page.keyboard.press('Enter');
  await expect(title(page, last.includes(room.number) ? room.title : other.title)).toBeVisible();
});

test('UX 17: what is typed right after Ctrl+K is in its box, however long the rest takes to load', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const station = unique('站');
  const room = await owner.declare({ title: unique('找得到'), place: { station } });
  const here = await owner.declare({ title: unique('從這裡') });
  const page = await as('wang');
  let letGo: () => void = () => undefined;
  const slow = new Promise<void>((done) => {
    letGo = done;
  });
  await page.route('**/assets/Found-*.js', async (route) => {
    await slow;
    await route.continue();
  });
  await openRoom(page, here.room_id);
  await composer(page).fill('寫到一半');
  await page.keyboard.press('Control+k');
  await page.keyboard.type(station);
  await page.keyboard.press('Enter');
  await expect(words(page)).toHaveValue(station);
  await expect(composer(page)).toHaveValue('寫到一半');
  letGo();
  await expect(title(page, room.title)).toBeVisible();
});

test('what the network keeps from opening says so, and how it opens', async ({ as, api }) => {
  const room = await (await api('wang')).declare({ title: unique('沒有載入') });
  const page = await as('wang');
  await page.route('**/assets/KeysHelp-*.js', (route) => route.abort('connectionreset'));
  await openRoom(page, room.room_id);
  await page.getByRole('log').press('?');
  await expect(page.getByText('這個部分沒有載入，需要網路。')).toBeVisible();
  await page.unroute('**/assets/KeysHelp-*.js');
  await page.reload();
  await page.getByRole('log').press('?');
  await expect(page.getByRole('dialog', { name: '鍵盤快捷鍵' })).toBeVisible();
});

test('UX 17: Esc closes the jump and gives the focus back; nothing found says so', async ({ as, api }) => {
  const room = await (await api('wang')).declare({ title: unique('留下') });
  const page = await as('wang');
  await openRoom(page, room.room_id);
  await composer(page).fill('寫到一半');
  await page.keyboard.press('Control+k');
  await expect(words(page)).toBeFocused();
  await page.keyboard.type('絕對沒有這個字');
  await expect(palette(page)).toContainText('找不到');
  await page.keyboard.press('Escape');
  await expect(palette(page)).toHaveCount(0);
  await expect(composer(page)).toBeFocused();
  await expect(composer(page)).toHaveValue('寫到一半');
});

test('UX 17: Alt+Shift+↓ and ↑ go to the next and the previous unread room', async ({ as, api }) => {
  const { owner, line, rooms } = await roomsOnOneLine(api, ['甲', '乙', '丙', '丁']);
  const [first, second, third, fourth] = rooms;
  if (!first || !second || !third || !fourth) throw new Error('four rooms');
  await owner.say(first.room_id, '請看甲');
  await owner.say(third.room_id, '請看丙'); // the list, newest first: 丙 甲 丁 乙
  const page = await as('li');
  await page.goto(`/rooms?line=${encodeURIComponent(line)}`);
  const row = (text: string) => page.getByRole('link', { name: new RegExp(text) });
  await expect(row(first.title)).toContainText('1 則未讀');
  await atRest(page);

  await page.keyboard.press('Alt+Shift+ArrowDown');
  await expect(title(page, third.title)).toBeVisible();
  await expect(composer(page)).toBeFocused();
  await expect(page).toHaveURL(/[?&]line=/); // the list stays filtered
  await expect(row(third.title)).not.toContainText('未讀');
  await page.keyboard.press('Alt+Shift+ArrowDown'); // while writing
  await expect(title(page, first.title)).toBeVisible();
  await expect(row(first.title)).not.toContainText('未讀');
  await page.keyboard.press('Alt+Shift+ArrowDown');
  await expect(page.getByRole('alert').filter({ hasText: '沒有其他未讀的事件' })).toBeVisible();

  await owner.say(second.room_id, '請看乙');
  await owner.say(fourth.room_id, '請看丁'); // now: 丁 乙 丙 甲
  await expect(row(fourth.title)).toContainText('1 則未讀');
  await expect(row(second.title)).toContainText('1 則未讀');
  await page.keyboard.press('Alt+Shift+ArrowUp');
  await expect(title(page, second.title)).toBeVisible();
});

test('UX 17: ↑ in an empty box edits my last message, Esc leaves it as it was', async ({ as, api }) => {
  const { owner, rooms } = await roomsOnOneLine(api, ['編輯']);
  const roomId = rooms[0]?.room_id ?? '';
  const page = await as('li');
  await openRoom(page, roomId);
  await say(page, '壓力 3 bar');
  await expect(bubble(page, '壓力 3 bar')).toBeVisible();
  await owner.say(roomId, '收到');
  await expect(bubble(page, '收到')).toBeVisible();

  await composer(page).press('ArrowUp');
  await expect(composer(page)).toHaveValue('壓力 3 bar');
  await page.keyboard.press('Escape');
  await expect(composer(page)).toHaveValue('');
  await composer(page).press('ArrowUp');
  await composer(page).fill('壓力 5 bar');
  await page.keyboard.press('Enter');
  await expect(bubble(page, '壓力 5 bar')).toContainText('已編輯');
  await expect(bubble(page, '壓力 3 bar')).toHaveCount(0);
});

test('UX 17: "/" goes to the search, in a room to that room’s; in a field it is a character', async ({
  as,
  api,
}) => {
  const room = await (await api('wang')).declare({ title: unique('斜線') });
  const page = await as('wang');
  await openRoom(page, room.room_id);
  await composer(page).press('/');
  await expect(composer(page)).toHaveValue('/');
  await page.getByRole('log').press('/');
  await expect(page).toHaveURL(new RegExp(`/search\\?room=${room.room_id}`));
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('1/2');
  await expect(page).toHaveURL(/q=1%2F2/);
  await page.getByRole('button', { name: '清除條件' }).press('/'); // back to the words, which stay
  await expect(page.getByRole('searchbox')).toBeFocused();
  await expect(page.getByRole('searchbox')).toHaveValue('1/2');

  await page.goto('/rooms');
  await atRest(page);
  await page.keyboard.press('/');
  await expect(page).toHaveURL(/\/search$/);
});

for (const [locale, name, keys] of [
  ['zh-TW', '鍵盤快捷鍵', ['跳到事件', '下一個未讀的事件', '編輯自己的上一則訊息', '搜尋', '下一個區域']],
  [
    'en-US',
    'Keyboard shortcuts',
    ['Jump to', 'Next incident', 'edit your last message', 'Search', 'Next part'],
  ],
] as const) {
  test(`UX 17: "?" lists all keys (${locale}), and switches single characters off`, async ({ as, api }) => {
    const room = await (await api('wang')).declare({ title: unique('說明') });
    const page = await as('wang', { locale });
    await openRoom(page, room.room_id);
    const help = page.getByRole('dialog', { name });
    await page.getByRole('log').press('?');
    await expect(help).toBeVisible();
    for (const key of keys) await expect(help).toContainText(key);
    for (const caps of [/Ctrl\s*K/, /Alt\s*Shift\s*↓/, /Shift\s*F6/, /Esc/, /↑/, /\//, /\?/]) {
      await expect(help).toContainText(caps);
    }
    await clean(page, `keys, ${locale}`);
    await help.getByRole('switch').uncheck(); // WCAG 2.1.4
    await page.keyboard.press('Escape');
    await expect(help).toHaveCount(0);
    await page.getByRole('log').press('?');
    await page.getByRole('log').press('/');
    await page.getByRole('log').press('F6'); // still a key, and pressed after the others
    await expect(page.getByRole('textbox', { name: /輸入訊息|Write a message/ })).toBeFocused();
    await expect(help).toHaveCount(0);
    await expect(page).toHaveURL(new RegExp(room.room_id));
    await page.getByRole('button', { name, exact: true }).click();
    await expect(help.getByRole('switch')).not.toBeChecked();
  });
}

test('UX 17: F6 goes through list, conversation, box and details, Shift+F6 back', async ({ as, api }) => {
  const room = await (await api('wang')).declare({ title: unique('區域') });
  const page = await as('wang');
  await openRoom(page, room.room_id);
  await expect(page.getByRole('link', { name: new RegExp(room.title) })).toBeVisible();
  const stops = [
    page.getByRole('link', { name: new RegExp(room.title) }),
    page.getByRole('log'),
    composer(page),
    page.getByRole('tab', { name: '詳情' }),
  ];
  await atRest(page);
  for (const stop of [...stops, ...stops.slice(0, 1)]) {
    await page.keyboard.press('F6');
    await expect(stop).toBeFocused();
  }
  for (const stop of stops.toReversed()) {
    await page.keyboard.press('Shift+F6');
    await expect(stop).toBeFocused();
  }
});

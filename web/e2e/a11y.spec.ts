import type { Page } from '@playwright/test';
import { clean } from './support/axe';
import type { Username } from './support/people';
import { type Scene, screens, setTheScene } from './support/screens';
import { desk, expect, openRoom, phone, test, unique } from './support/test';

let scene: Scene;

test.beforeAll(async () => {
  scene = await setTheScene();
});

for (const [locale, colorScheme, device] of [
  ['zh-TW', 'light', 'desk'],
  ['zh-TW', 'dark', 'desk'],
  ['en-US', 'light', 'desk'],
  ['en-US', 'dark', 'desk'],
  ['zh-TW', 'dark', 'phone'],
  ['en-US', 'light', 'phone'],
] as const) {
  test(`F-UI-13, UX 15, UX 24, UX 26: every screen keeps WCAG 2.2 AA (${locale}, ${colorScheme}, ${device})`, async ({
    as,
    browser,
    baseURL,
  }) => {
    test.setTimeout(900_000);
    const screen = device === 'desk' ? desk : phone;
    const options = { ...screen, locale, colorScheme, reducedMotion: 'reduce' } as const;
    const stranger = await browser.newContext({ ...options, baseURL });
    const pages = new Map<Username | undefined, Page>([[undefined, await stranger.newPage()]]);
    for (const { name, who, open, leave } of screens) {
      const page = pages.get(who) ?? (await as(who ?? 'wang', options));
      pages.set(who, page);
      await open(page, scene);
      await clean(page, name);
      await leave?.(page);
    }
    await stranger.close();
  });
}

test('F-UI-13: what unfolds keeps it, too: filters, and adding somebody', async ({ as }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await as('wang', { colorScheme, reducedMotion: 'reduce' });
    await page.goto('/rooms');
    await page.getByRole('button', { name: '篩選' }).click();
    await expect(page.locator('search input[type="date"]').first()).toBeVisible();
    await clean(page, 'filters');
    await page.goto(`/rooms/${scene.roomId}?panel=members`);
    await page.getByRole('button', { name: '加入成員' }).click();
    await expect(page.getByRole('option').first()).toBeVisible();
    await clean(page, 'adding somebody');
  }
});

/** What can be pressed and is smaller than a gloved finger needs; pixels. */
async function tooSmall(
  page: Page,
  targets = page.locator('button:visible, a:visible, [role="tab"]:visible, textarea:visible, input:visible'),
  least = 44,
): Promise<string[]> {
  return targets.evaluateAll((elements, least) => {
    if (elements.length === 0) throw new Error('nothing to press');
    return (
      elements
        .filter((element) => !element.closest('label')) // a label is pressed as a whole
        .map((element) => ({ what: element.outerHTML.slice(0, 120), box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 1 && box.top >= 0) // not what waits off screen for the keyboard
        // rounded: 44 px laid out between two pixels are measured as 43.99998
        .filter(({ box }) => Math.round(box.width) < least || Math.round(box.height) < least)
        .map(({ what, box }) => `${Math.round(box.width)}×${Math.round(box.height)} ${what}`)
    );
  }, least);
}

test('UX 25: on a phone everything that is pressed is at least 44 pixels', async ({ as, api }) => {
  const room = await (await api('wang')).declare({ title: unique('手套'), severity: 'CRITICAL' });
  const page = await as('wang', phone);
  await page.goto('/rooms');
  await expect(page.getByRole('link', { name: new RegExp(room.title) })).toBeVisible();
  expect(await tooSmall(page)).toEqual([]);
  await page.getByRole('link', { name: new RegExp(room.title) }).click();
  await expect(page.getByRole('textbox', { name: '輸入訊息' })).toBeVisible();
  expect(await tooSmall(page)).toEqual([]);
  await expect(page.getByRole('button', { name: '拍照' })).toBeVisible();
  await page.getByRole('button', { name: '事件詳情' }).click();
  await page.getByRole('tab', { name: '成員 1' }).click();
  await expect(page.getByRole('button', { name: '加入成員' })).toBeVisible();
  expect(await tooSmall(page)).toEqual([]);
});

test('UX 25: what is pressed most is at least 56 pixels: declare, send, attach and status', async ({
  as,
  api,
}) => {
  const room = await (await api('wang')).declare({ title: unique('手套') });
  const page = await as('wang', phone);
  const key = async (role: 'button' | 'link' | 'menuitem', name: string) => {
    const target = page.getByRole(role, { name, exact: true });
    await expect(target).toBeVisible();
    await expect.poll(() => tooSmall(page, target, 56), name).toEqual([]);
  };
  await page.goto('/rooms');
  await key('link', '通報異常');
  await page.goto('/rooms/new');
  await key('button', '通報');
  await openRoom(page, room.room_id);
  for (const name of ['送出', '拍照', '附加檔案', '接手', '更多動作']) await key('button', name);
  await page.getByRole('button', { name: '更多動作', exact: true }).tap();
  await key('menuitem', '開始處理');
});

test('UX 25: so it is for administrators', async ({ as }) => {
  const page = await as('boss', phone);
  for (const path of ['/me', '/admin/users', '/admin/audit', '/admin/storage', '/admin/stations']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
    if (path === '/admin/users') {
      await page.getByRole('button', { name: /李工/ }).click();
      await expect(page.getByRole('heading', { name: 'API 權杖' })).toBeVisible();
    }
    if (path === '/admin/audit') await page.getByRole('button', { name: '篩選' }).click();
    expect(await tooSmall(page), path).toEqual([]);
  }
});

test('UX 26: the keyboard alone signs in, opens a room and writes; the focus is always seen', async ({
  as,
  api,
}) => {
  const room = await (await api('wang')).declare({ title: unique('鍵盤') });
  const page = await as('wang');
  await page.goto('/rooms');
  await expect(page.getByRole('link', { name: new RegExp(room.title) })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: '跳到主要內容' })).toBeFocused();
  await page.getByRole('link', { name: new RegExp(room.title) }).focus();
  await page.keyboard.press('Enter');
  const box = page.getByRole('textbox', { name: '輸入訊息' });
  await expect(box).toBeVisible();
  await page.getByRole('log').focus();
  for (let n = 0; n < 4 && !(await box.evaluate((element) => element === document.activeElement)); n += 1) {
    await page.keyboard.press('Tab');
  }
  await expect(box).toBeFocused();
  await page.keyboard.type('只用鍵盤');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article').filter({ hasText: '只用鍵盤' })).toBeVisible();
});

test('UX 26: what others say is read aloud, history is not; the focus is never under the box', async ({
  as,
  api,
}) => {
  const [owner, other] = [await api('wang'), await api('li')];
  const room = await owner.declare({ title: unique('朗讀') });
  await owner.add(room.room_id, other.userId, 'EDITOR');
  for (let n = 1; n <= 90; n += 1) await owner.say(room.room_id, `第 ${n} 則`);
  await owner.read(room.room_id);
  const page = await as('wang');
  await openRoom(page, room.room_id);
  await expect(page.getByRole('article').filter({ hasText: '第 90 則' })).toBeInViewport();
  const log = page.getByRole('log');
  await expect(log).toHaveAttribute('aria-live', 'off');
  const aloud = page.locator('[aria-live="polite"]').filter({ hasText: /./ });
  await expect(aloud).toHaveCount(0);

  await log.focus();
  await expect(async () => {
    await page.keyboard.press('Home');
    await expect(page.getByText('對話從這裡開始')).toBeInViewport({ timeout: 500 });
  }).toPass();
  await expect(aloud).toHaveCount(0); // what was loaded meanwhile is history
  await other.say(room.room_id, '先關總閥');
  await expect(aloud).toHaveText(/李工.*先關總閥/);

  await page.getByRole('button', { name: /跳到最新/ }).click();
  await expect(page.getByRole('article').filter({ hasText: '先關總閥' })).toBeInViewport();
  await page.getByRole('textbox', { name: '輸入訊息' }).focus();
  for (let n = 0; n < 12; n += 1) {
    await page.keyboard.press('Shift+Tab');
    const hidden = await page.evaluate(() => {
      const focused = document.activeElement;
      const { left, top, width, height } = focused?.getBoundingClientRect() ?? new DOMRect();
      const above = document.elementFromPoint(left + width / 2, top + height / 2);
      return focused?.contains(above) || above?.contains(focused) ? '' : (focused?.outerHTML ?? 'nothing');
    });
    expect(hidden).toBe('');
  }
});

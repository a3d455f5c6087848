import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { jpeg } from './support/jpeg';
import { expect, openRoom, phone, test, unique } from './support/test';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

async function clean(page: Page, screen: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  expect(found, screen).toEqual([]);
}

const words = {
  'zh-TW': {
    list: '事件列表',
    filter: '篩選',
    people: /成員/,
    add: '加入成員',
    files: /證據/,
    tile: '設備停機',
  },
  'en-US': {
    list: 'Incidents',
    filter: 'Filter',
    people: /People/,
    add: 'Add somebody',
    files: /Evidence/,
    tile: 'Equipment down',
  },
} as const;

for (const locale of ['zh-TW', 'en-US'] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test.describe(`${locale}, ${colorScheme}`, () => {
      test.use({ locale, colorScheme });
      const word = words[locale];

      test('F-UI-13, UX 15, UX 24, UX 26: login, list, declaration, room, people and evidence keep WCAG 2.2 AA', async ({
        page,
        as,
        api,
      }) => {
        const owner = await api('wang');
        const room = await owner.declare({
          title: unique('無障礙'),
          severity: 'CRITICAL',
          line_stopped: true,
          place: { site: '一廠', line: '三線', station: '站 07' },
        });
        await owner.add(room.room_id, (await api('li')).userId, 'EDITOR');
        await owner.say(room.room_id, '三線停機，主軸有油');
        const said = await (await api('li')).say(room.room_id, '先關總閥');
        const reactions = `/api/rooms/${room.room_id}/messages/${said.message_id}/reactions`;
        expect((await owner.http.put(`${reactions}/${encodeURIComponent('👍')}`)).ok()).toBe(true);
        await owner.attach(
          room.room_id,
          'a.jpg',
          'image/jpeg',
          jpeg({ width: 320, height: 240, quality: 70, noise: 0.1 }),
        );
        await owner.attach(
          room.room_id,
          'alarm.log',
          'text/plain',
          Buffer.from('13:52 pressure low\n'),
          '警報',
        );

        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.goto('/login');
        await expect(page.locator('input[name="username"]')).toBeVisible();
        await clean(page, 'login');

        const wang = await as('wang', { locale, colorScheme, reducedMotion: 'reduce' });
        await wang.goto('/rooms');
        await expect(wang.getByRole('heading', { name: word.list })).toBeVisible();
        await wang.getByRole('button', { name: word.filter }).click();
        await expect(wang.getByRole('link', { name: new RegExp(room.title) })).toBeVisible();
        await clean(wang, 'list');

        await wang.goto('/rooms/new');
        await wang.getByRole('radio', { name: word.tile }).check();
        await clean(wang, 'declaration');

        await openRoom(wang, room.room_id);
        await expect(wang.getByRole('article')).toHaveCount(4);
        await expect(wang.getByRole('button', { pressed: true })).not.toHaveCount(0);
        await clean(wang, 'room');
        await wang.getByRole('tab', { name: word.people }).click();
        await wang.getByRole('button', { name: word.add }).click();
        await clean(wang, 'people');
        await wang.getByRole('tab', { name: word.files }).click();
        await expect(wang.getByText('alarm.log').last()).toBeVisible();
        await clean(wang, 'evidence');
      });

      test('F-UI-13: what administrators see, and everybody of themselves, keeps WCAG 2.2 AA', async ({
        as,
      }) => {
        const boss = await as('boss', { locale, colorScheme, reducedMotion: 'reduce' });
        for (const path of ['/me', '/admin/users', '/admin/audit', '/admin/storage', '/admin/templates']) {
          await boss.goto(path);
          await expect(boss.getByRole('heading', { level: 1 })).toBeAttached();
          await expect(boss.locator('main').getByRole('status', { name: /^(載入中|Loading)$/ })).toHaveCount(
            0,
          );
          await clean(boss, path);
        }
      });
    });
  }
}

/** What can be pressed and is smaller than a gloved finger needs. */
async function tooSmall(page: Page): Promise<string[]> {
  const targets = page.locator(
    'button:visible, a:visible, [role="tab"]:visible, textarea:visible, input:visible',
  );
  return targets.evaluateAll((elements) =>
    elements
      .filter((element) => !element.closest('label')) // a label is pressed as a whole
      .map((element) => ({ what: element.outerHTML.slice(0, 120), box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && box.top >= 0) // not what waits off screen for the keyboard
      // rounded: 44 px laid out between two pixels are measured as 43.99998
      .filter(({ box }) => Math.round(box.width) < 44 || Math.round(box.height) < 44)
      .map(({ what, box }) => `${Math.round(box.width)}×${Math.round(box.height)} ${what}`),
  );
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

test('UX 25: so it is for administrators', async ({ as }) => {
  const page = await as('boss', phone);
  for (const path of ['/me', '/admin/users', '/admin/audit', '/admin/storage']) {
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

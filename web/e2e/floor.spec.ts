import type { Page, WebSocketRoute } from '@playwright/test';
import jpeg from 'jpeg-js';
import decodeQR from 'qr/decode.js';
import type { components } from '../src/api/schema';
import { clean } from './support/axe';
import type { Client } from './support/client';
import { jpeg as photo } from './support/jpeg';
import { plant, type Username } from './support/people';
import { shelf } from './support/shelf';
import { bubble, composer, expect, openRoom, phone, test, unique } from './support/test';
import { staged, storedNames } from './support/uploads';

/** The page for an operator with gloves on, who holds a phone before a machine. */

declare global {
  interface Window {
    /** Fingers that were put down, tones that were played, and buzzes. */
    touched: { taps: number; tones: number; buzzes: number };
  }
}

async function count(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.touched = { taps: 0, tones: 0, buzzes: 0 };
    window.addEventListener('touchstart', () => window.touched.taps++, { capture: true, passive: true });
    const { createOscillator } = AudioContext.prototype;
    AudioContext.prototype.createOscillator = function () {
      window.touched.tones++;
      return createOscillator.call(this);
    };
    navigator.vibrate = () => {
      window.touched.buzzes++;
      return true;
    };
  });
}
const touched = (page: Page) => page.evaluate(() => window.touched);

/** A template that calls somebody in. */
async function template(boss: Client, member: Client): Promise<components['schemas']['Template']> {
  const name = unique('卡料');
  const answer = await boss.http.post('/api/templates', {
    data: {
      name_zh: name,
      name_en: name,
      title_zh: '{line} {station} 卡料',
      title_en: '{line} {station} jam',
      incident_type: 'material',
      severity: 'HIGH',
      members: [{ user_id: member.userId, role: 'EDITOR' }],
      checklist: [{ zh: '停機', en: 'Stop' }],
      required: ['line', 'station'],
    },
  });
  expect(answer.status()).toBe(201);
  return (await answer.json()) as components['schemas']['Template'];
}

async function signIn(page: Page, username: Username): Promise<void> {
  await page.getByRole('textbox', { name: '帳號' }).fill(username);
  await page.locator('input[name="password"]').fill(plant().accounts[username].password);
  await page.getByRole('button', { name: '登入' }).tap();
}

for (const severity of [undefined, '緊急'] as const) {
  const taps = severity === undefined ? 2 : 3;
  test(`a station's code leads through the login to a declaration in ${taps} taps`, async ({
    browser,
    baseURL,
    api,
  }) => {
    const li = await api('li');
    const { template_id, name_zh } = await template(await api('boss'), li);
    const context = await browser.newContext({ ...phone, baseURL, locale: 'zh-TW' });
    const page = await context.newPage();
    await count(page);
    await page.goto(`/declare?${new URLSearchParams({ site: '一廠', line: '三線', station: '站 07' })}`);
    await signIn(page, 'wang');
    await expect(page.getByRole('heading', { name: '通報異常' })).toBeVisible();
    await expect(page.getByRole('form').getByText('一廠 › 三線 › 站 07')).toBeInViewport();
    const before = (await touched(page)).taps;

    await page.getByRole('radio', { name: name_zh }).tap();
    if (severity !== undefined) await page.getByRole('radio', { name: severity }).tap();
    await page.getByRole('button', { name: '通報', exact: true }).tap();
    await expect(page.getByRole('heading', { level: 1, name: '三線 站 07 卡料' })).toBeVisible();
    expect((await touched(page)).taps - before).toBe(taps);

    const roomId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect(await li.room(roomId)).toMatchObject({
      template_id,
      title: '三線 站 07 卡料',
      incident_type: 'material',
      severity: severity === undefined ? 'HIGH' : 'CRITICAL',
      place: { site: '一廠', line: '三線', station: '站 07' },
      my_role: 'EDITOR',
    });
    await context.close();
  });
}

test('photos are taken before there is a room, and come into it in their order; a reload and a dead network lose none', async ({
  as,
  api,
}) => {
  const boss = await api('boss');
  const li = await api('li');
  const { name_zh } = await template(boss, li);
  const page = await as('wang', phone);
  const link = `/declare?${new URLSearchParams({ site: '一廠', line: '三線', station: '站 09' })}`;
  await page.goto(link);
  const keys = [/拍照/, /附加檔案/].map((name) => page.getByRole('button', { name }));
  for (const key of keys) {
    const box = await key.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(56);
  }
  const picture = (name: string, seed: number) => ({
    ...{
      name,
      mimeType: 'image/jpeg',
      buffer: photo({ width: 640, height: 480, quality: 80, noise: 0, seed }),
    },
  });
  await page.getByTestId('camera-input').setInputFiles(picture('油.jpg', 1));
  await page
    .getByTestId('file-input')
    .setInputFiles([
      picture('主軸.jpg', 2),
      { name: 'setup.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') },
      picture('不要.jpg', 3),
      { name: '警報.log', mimeType: 'text/plain', buffer: Buffer.from('13:52 pressure low\n') },
    ]);
  await page.getByRole('button', { name: '不要附上 不要.jpg' }).tap();
  await expect(staged(page).getByRole('alert')).toContainText('不接受這種檔案');
  await page.getByRole('textbox', { name: '主軸.jpg 的說明' }).fill('主軸下方');
  await expect(staged(page).getByRole('listitem')).toHaveCount(4);
  await expect(staged(page).locator('img')).toHaveCount(2);
  await clean(page, 'declaration with photos');
  await page.reload();
  await expect(staged(page).getByRole('listitem')).toHaveText([/油/, /主軸/, /setup/, /警報/]);

  await page.getByRole('radio', { name: name_zh }).tap();
  await page.context().setOffline(true);
  await page.getByRole('button', { name: '通報', exact: true }).tap();
  await expect(staged(page).getByRole('listitem')).toHaveCount(4);
  await page.route(/\/uploads$/, async (route) => {
    await page.context().setOffline(true);
    await route.abort('connectionreset');
  });
  await page.context().setOffline(false);
  await expect(page.getByRole('heading', { level: 1, name: '三線 站 09 卡料' })).toBeVisible();
  await expect(page.getByText(/目前離線/)).toBeVisible();
  await expect
    .poll(async () => (await shelf(page, 'task-reporter-uploads')).filter((key) => /\/bytes\//.test(key)))
    .toHaveLength(3);
  await page.unroute(/\/uploads$/);
  await page.context().setOffline(false);
  await page.reload();

  const roomId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const other = await as('li');
  await openRoom(other, roomId);
  for (const name of ['油.jpg', '主軸.jpg']) {
    await expect(other.getByRole('button', { name: `放大檢視 ${name}` })).toBeVisible();
  }
  await expect(bubble(other, '主軸下方')).toBeVisible();
  await expect(bubble(other, '警報.log')).toBeVisible();
  expect(await storedNames(li, roomId)).toEqual(['油.jpg', '主軸.jpg', '警報.log']);
  await expect(page.locator('section[data-state]')).toHaveCount(0);
  await expect(staged(page)).toHaveCount(0);
  await page.goto(link);
  await expect(page.getByRole('heading', { name: '通報異常' })).toBeVisible();
  await expect(staged(page)).toHaveCount(0); // the next incident begins without them
});

test('an administrator prints a code for each station, and a camera reads its link', async ({ as }) => {
  const boss = await as('boss');
  await boss.goto('/admin/templates');
  await boss.getByRole('link', { name: '站別 QR 碼' }).click();
  await expect(boss.getByRole('button', { name: '列印' })).toBeDisabled();
  await boss.getByRole('textbox', { name: '廠區' }).fill('一廠');
  await boss.getByRole('textbox', { name: '產線' }).fill('三線');
  const stations = ['站 01', '站 02', '站 03', '站 04', '站 05', '站 06', '站 07'];
  await boss.getByRole('textbox', { name: '站別' }).fill(stations.join('\n'));
  const cards = boss.getByRole('list', { name: '要列印的站別' }).getByRole('listitem');
  await expect(cards).toHaveCount(7);
  await boss.reload(); // the address has it all
  await expect(boss.getByRole('textbox', { name: '站別' })).toHaveValue(stations.join('\n'));
  await clean(boss, 'stations');

  await boss.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await expect(cards.last()).toContainText('站 07');
  await expect(cards.last()).toContainText('掃描以回報異常');
  await expect(cards.last()).toContainText('Scan to report an incident');
  await expect(boss.getByRole('button', { name: '列印' })).toBeHidden();
  await expect(boss.getByRole('navigation').first()).toBeHidden();
  const sheets = (await boss.pdf({ preferCSSPageSize: true })).toString('latin1');
  expect(sheets.match(/\/Type \/Page\b/g)).toHaveLength(2); // six on each

  const code = cards.last().getByRole('img', { name: '站 07 的 QR 碼' });
  const link = decodeQR(jpeg.decode(await code.screenshot({ type: 'jpeg', quality: 90 })));
  await expect(cards.last().getByText(decodeURI(link), { exact: true })).toBeVisible();

  const page = await as('wang', phone);
  await page.goto(link);
  await expect(page.getByRole('form').getByText('一廠 › 三線 › 站 07')).toBeVisible();
  await page.goto('/admin/stations');
  await expect(page.getByText('只有系統管理員可以列印站別 QR 碼')).toBeVisible();
});

test('a new CRITICAL incident rings and buzzes once, and its notice stays until the room is opened', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const { userId } = await api('li');
  const declare = async (title: string, severity: 'HIGH' | 'CRITICAL') => {
    const room = await owner.declare({ title: unique(title), severity, place: { station: '站 07' } });
    await owner.add(room.room_id, userId, 'EDITOR');
    return room;
  };
  await declare('載入前', 'CRITICAL');
  const wang = await as('wang');
  await wang.goto('/rooms');
  const page = await as('li', phone);
  await count(page);
  const routes: WebSocketRoute[] = [];
  let down = false;
  await page.routeWebSocket(/\/api\/ws$/, (route) => {
    if (down) void route.close({ code: 4001 });
    else route.connectToServer();
    routes.push(route);
  });
  const listed = () => page.waitForResponse(/\/api\/rooms\?.*severity=CRITICAL/);
  const quiet = () =>
    expect
      .poll(() => page.evaluate(async () => (await navigator.locks.query()).held?.map(({ name }) => name)))
      .not.toContain('task-reporter.ring');
  const alarm = page.getByRole('alert');
  const row = (title: string) => page.locator('main').getByRole('link', { name: new RegExp(title) });

  const first = listed();
  await page.goto('/rooms');
  await (await first).finished();
  await page.getByRole('heading', { name: '事件列表' }).tap(); // before that no browser lets it sound

  const high = await declare('高', 'HIGH');
  await expect(row(high.title)).toBeVisible();
  await expect(alarm).toHaveCount(0);
  const critical = await declare('緊急', 'CRITICAL');
  await expect(alarm).toContainText(critical.title);
  await expect.poll(() => touched(page)).toMatchObject({ tones: 3, buzzes: 1 });
  await expect(wang.getByRole('link', { name: new RegExp(critical.title) })).toBeVisible();
  await expect(wang.getByRole('alert')).toHaveCount(0); // who declared it knows
  await owner.say(critical.room_id, '主軸有油');
  await expect(row(critical.title)).toContainText('主軸有油');
  await clean(page, 'alarm');
  await page.getByRole('link', { name: '我的', exact: true }).tap();
  await expect(page.getByRole('heading', { level: 1, name: '我的' })).toBeAttached();
  await alarm.getByRole('link', { name: new RegExp(critical.title) }).tap();
  await expect(page.getByRole('heading', { level: 1, name: critical.title })).toBeVisible();
  await expect(alarm).toHaveCount(0);
  expect(await touched(page)).toMatchObject({ tones: 3, buzzes: 1 });

  await quiet();
  down = true;
  await routes.at(-1)?.close({ code: 4001 });
  const missed = await declare('斷線時', 'CRITICAL');
  down = false;
  await expect(alarm).toContainText(missed.title);
  await expect.poll(() => touched(page)).toMatchObject({ tones: 6, buzzes: 2 });
  await alarm.getByRole('button', { name: `知道了：${missed.number}` }).tap();
  await expect(alarm).toHaveCount(0);
  await quiet();

  await page.goto('/me');
  await page.getByRole('switch', { name: '緊急事件響鈴與震動' }).tap();
  const again = listed();
  await page.reload();
  await (await again).finished();
  await expect(page.getByRole('switch', { name: '緊急事件響鈴與震動' })).not.toBeChecked();
  await page.getByRole('heading', { level: 2 }).first().tap();
  const silent = await declare('安靜', 'CRITICAL');
  await expect(alarm).toContainText(silent.title);
  await expect(alarm.getByRole('link')).toHaveCount(1); // what was there at the load is known
  await page.getByRole('switch', { name: '緊急事件響鈴與震動' }).tap(); // it rings for a try
  await expect.poll(() => touched(page)).toMatchObject({ tones: 3, buzzes: 1 });
});

test('taps alone react, edit, and open what a message was before, its files and the details', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const li = await api('li');
  const room = await owner.declare({ title: unique('手套'), place: { station: '站 07' } });
  await owner.add(room.room_id, li.userId, 'EDITOR');
  await owner.say(room.room_id, '先關總法');
  await owner.attach(room.room_id, 'alarm.log', 'text/plain', Buffer.from('13:52 pressure low\n'));
  const page = await as('wang', phone);
  await openRoom(page, room.room_id);
  await li.read(room.room_id);

  const said = bubble(page, '先關總法');
  await said.getByRole('button', { name: /更多/ }).tap();
  await page.getByRole('button', { name: /👍/ }).tap();
  await expect(said.getByRole('list').getByRole('button', { name: /👍/ })).toContainText('1');
  await said.getByRole('list').getByRole('button', { name: /👍/ }).tap();
  await expect(said.getByRole('list')).toHaveCount(0);

  await said.getByRole('button', { name: /更多/ }).tap();
  await page.getByRole('menuitem', { name: '編輯' }).tap();
  await composer(page).fill('先關總閥');
  await page.getByRole('button', { name: '儲存修改' }).tap();
  await bubble(page, '先關總閥').getByRole('button', { name: '已編輯' }).tap();
  const history = page.getByRole('dialog');
  await expect(history).toContainText('先關總法');
  await history.getByRole('button', { name: '關閉' }).tap();

  await page.getByRole('log').getByText('1 人已讀').tap();
  await expect(page.getByRole('tooltip')).toHaveText('李工');
  await page.getByRole('button', { name: '開啟 alarm.log' }).tap();
  await expect(page.getByText('13:52 pressure low')).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: '關閉' }).tap();
  await page.getByRole('button', { name: '事件詳情' }).tap();
  await expect(page.getByRole('dialog')).toContainText('站 07');
});

/** What is written smaller than can be read at arm's length. */
function tooFine(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { textContent, parentElement: parent } = texts.currentNode;
      if (!textContent?.trim() || !parent?.checkVisibility() || parent.closest('[aria-hidden], .sr-only'))
        continue;
      const size = Number.parseFloat(getComputedStyle(parent).fontSize);
      if (size < 16) found.push(`${size} ${textContent}`);
    }
    return found;
  });
}

test("what an operator reads on a phone is large enough for arm's length", async ({ as, api }) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('看得到'), place: { line: '三線', station: '站 07' } });
  await owner.say(room.room_id, '先關總閥');
  await owner.attach(room.room_id, 'alarm.log', 'text/plain', Buffer.from('13:52 pressure low\n'));
  const page = await as('wang', phone);
  await page.goto('/rooms');
  await expect(page.getByRole('link', { name: new RegExp(room.title) })).toBeVisible();
  expect(await tooFine(page), 'list').toEqual([]);
  await page.goto('/rooms/new?line=三線');
  await page.getByRole('radio').first().tap();
  expect(await tooFine(page), 'declaration').toEqual([]);
  await openRoom(page, room.room_id);
  await expect(page.getByText('alarm.log')).toBeVisible();
  expect(await tooFine(page), 'room').toEqual([]);
  for (const tab of [/詳情/, /成員/, /證據/]) {
    await page.getByRole('button', { name: '事件詳情' }).tap();
    await page.getByRole('tab', { name: tab }).tap();
    expect(await tooFine(page), String(tab)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: '關閉' }).tap();
  }
});

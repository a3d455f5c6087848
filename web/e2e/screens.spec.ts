import type { Page } from '@playwright/test';
import { jpeg } from './support/jpeg';
import { desk, expect, openRoom, phone, test } from './support/test';

/** Not a test of anything: draws the pictures of the documentation. */
const folder = 'test-results/screens';

const words = {
  zh: {
    locale: 'zh-TW',
    people: /成員/,
    files: /證據/,
    details: '事件詳情',
    view: /放大檢視/,
    tokens: 'API 權杖',
  },
  en: {
    locale: 'en-US',
    people: /People/,
    files: /Evidence/,
    details: 'Incident details',
    view: /^View/,
    tokens: 'API tokens',
  },
} as const;

let roomId: string;

test.beforeAll(async () => {
  const { Client } = await import('./support/client');
  const [wang, li, chen] = await Promise.all([Client.of('wang'), Client.of('li'), Client.of('chen')]);
  const others = [
    {
      title: '四線 外觀刮傷比例升高',
      severity: 'MEDIUM',
      incident_type: 'quality',
      place: { site: '一廠', line: '四線' },
    },
    {
      title: '二線 物料短缺：螺絲 M6',
      severity: 'LOW',
      incident_type: 'material',
      place: { site: '一廠', line: '二線', station: '站 02' },
    },
    {
      title: '三線 站 11 輸送帶馬達過熱',
      severity: 'HIGH',
      place: { site: '一廠', line: '三線', station: '站 11' },
      line_stopped: true,
    },
    {
      title: '塗裝區 MES 無法過站',
      severity: 'HIGH',
      incident_type: 'it',
      place: { site: '二廠', line: '塗裝區' },
    },
    {
      title: '一線 回焊爐溫度偏高',
      severity: 'MEDIUM',
      incident_type: 'process',
      place: { site: '一廠', line: '一線', station: '回焊爐' },
    },
  ] as const;
  for (const [index, other] of others.entries()) {
    const owner = index % 2 === 0 ? li : wang;
    const room = await owner.declare({ ...other, place: { ...other.place } });
    if (owner === li) await li.add(room.room_id, wang.userId, index === 0 ? 'VIEWER' : 'EDITOR');
  }

  const room = await wang.declare({
    title: '三線 站 07 沖壓機漏油，主軸停止',
    severity: 'CRITICAL',
    place: { site: '一廠', line: '三線', station: '站 07', equipment: '沖壓機 P-07' },
    line_stopped: true,
    lot: 'WO-260718-03',
    units_at_risk: 240,
    description: '開機後主軸下方出現油漬，約 5 分鐘後油壓不足警報，設備自動停機。',
  });
  roomId = room.room_id;
  await wang.add(roomId, li.userId, 'EDITOR');
  await wang.add(roomId, chen.userId, 'VIEWER');
  await wang.say(roomId, '三線停機，主軸有油。');
  await wang.say(roomId, '已按緊急停止，人員退到黃線外。');
  const picture = (width: number, height: number, seed: number) =>
    jpeg({ width, height, quality: 82, noise: 0.12, seed });
  await wang.attach(roomId, '主軸下方.jpg', 'image/jpeg', picture(1200, 900, 3), '油從這裡滴下來');
  await li.say(roomId, '先關總閥，確認壓力歸零再靠近。');
  await li.say(roomId, '我帶備品過去，五分鐘到。\n密封圈 P-07-114 庫存還有 3 個。');
  const log = Array.from(
    { length: 900 },
    (_, n) => `13:${String(n % 60).padStart(2, '0')}:00 P-07 pressure ${(6 - n / 200).toFixed(2)} MPa`,
  );
  await wang.attach(
    roomId,
    'press07_alarm.log',
    'text/plain',
    Buffer.from(log.join('\n')),
    '停機前的壓力紀錄',
  );
  await wang.say(roomId, '總閥已關，壓力 0.0 MPa。');
  await li.say(roomId, '到現場了，看起來是下密封圈破損，更換約 20 分鐘。');
});

async function settled(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
}

for (const language of ['zh', 'en'] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [device, screen] of Object.entries({ desk, phone })) {
      test(`${device} ${language} ${colorScheme}`, async ({ as, browser, baseURL }) => {
        const word = words[language];
        const options = { ...screen, locale: word.locale, colorScheme, reducedMotion: 'reduce' } as const;
        const shot = async (page: Page, name: string) => {
          await settled(page);
          await page.screenshot({ path: `${folder}/${name}-${device}-${language}-${colorScheme}.png` });
        };

        const stranger = await browser.newContext({ ...options, baseURL });
        const login = await stranger.newPage();
        await login.goto('/login');
        await expect(login.locator('input[name="username"]')).toBeVisible();
        await shot(login, 'login');
        await stranger.close();

        const page = await as('wang', options);
        await page.goto('/rooms');
        await expect(page.getByRole('link', { name: /沖壓機漏油/ })).toBeVisible();
        await shot(page, 'list');
        await page.goto('/rooms/new?line=三線&station=站 07');
        await page.getByRole('radio').first().check();
        await shot(page, 'declare');

        await openRoom(page, roomId);
        await expect(page.getByRole('log').getByText('到現場了')).toBeInViewport();
        await shot(page, 'room');
        if (device === 'phone') await page.getByRole('button', { name: word.details }).click();
        await page.getByRole('tab', { name: word.people }).click();
        await shot(page, 'people');
        await page.getByRole('tab', { name: word.files }).click();
        await expect(page.getByText('press07_alarm.log').last()).toBeVisible();
        await shot(page, 'evidence');
        await page.getByRole('button', { name: word.view }).last().click();
        await expect(page.locator('.yarl__slide_current img')).toBeVisible();
        await shot(page, 'viewer');
        await page.goto('/me');
        await expect(page.getByRole('heading', { name: word.tokens })).toBeVisible();
        await shot(page, 'me');

        const boss = await as('boss', options);
        for (const [path, name] of [
          ['/admin/users', 'accounts'],
          ['/admin/audit', 'audit'],
          ['/admin/storage', 'storage'],
        ] as const) {
          await boss.goto(path);
          await expect(boss.getByRole('heading', { level: 1 })).toBeVisible();
          await boss.waitForLoadState('networkidle');
          await shot(boss, name);
        }
      });
    }
  }
}

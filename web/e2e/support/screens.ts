import type { Page } from '@playwright/test';
import { Client } from './client';
import { jpeg } from './jpeg';
import type { Username } from './people';
import { expect, openRoom } from './test';
import { press, stage } from './uploads';

/** A screen of the page, and how one gets there; in either language. */
export interface Screen {
  name: string;
  /** Who looks; undefined: nobody is signed in. */
  who?: Username;
  open: (page: Page, scene: Scene) => Promise<void>;
  /** Puts back what `open` changed. */
  leave?: (page: Page) => Promise<void>;
}

export interface Scene {
  roomId: string;
}

async function at(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole('heading', { level: 1 })).toBeAttached({ timeout: 60_000 });
  await expect(page.getByRole('main').getByRole('status', { name: /^(載入中|Loading)$/ })).toHaveCount(0);
}

const admin = (name: string, path: string): Screen => ({
  name,
  who: 'boss',
  open: (page) => at(page, path),
});

async function intoRoom(page: Page, { roomId }: Scene): Promise<void> {
  await openRoom(page, roomId);
  await expect(page.getByRole('log').getByText('到現場了')).toBeInViewport();
}

const panel = (name: string, tab: string, text: RegExp): Screen => ({
  name,
  who: 'wang',
  open: async (page, { roomId }) => {
    await page.goto(`/rooms/${roomId}?panel=${tab}`);
    await expect(page.getByRole('tabpanel').getByText(text).first()).toBeVisible();
  },
});

export const screens: Screen[] = [
  {
    name: 'login',
    open: async (page) => {
      await page.goto('/login');
      await expect(page.locator('input[name="username"]')).toBeVisible();
    },
  },
  {
    name: 'list-empty',
    who: 'wu',
    open: async (page) => {
      await page.goto('/rooms');
      await expect(page.getByText(/目前沒有事件|No incidents/)).toBeVisible();
    },
  },
  {
    name: 'list',
    who: 'wang',
    open: async (page) => {
      await page.goto('/rooms');
      await expect(page.getByRole('link', { name: /沖壓機漏油/ }).first()).toBeVisible();
    },
  },
  {
    name: 'declare',
    who: 'wang',
    open: async (page) => {
      await page.goto('/rooms/new?line=三線&station=站 07');
      await page.getByRole('radio', { name: /設備停機|Equipment down/ }).check();
    },
  },
  {
    name: 'declare-photo',
    who: 'wang',
    open: async (page) => {
      await page.goto('/rooms/new?line=三線&station=站 07');
      await page.getByRole('radio', { name: /設備停機|Equipment down/ }).check();
      const buffer = jpeg({ width: 1200, height: 900, quality: 82, noise: 0.12, seed: 3 });
      await stage(page, [{ name: '主軸下方.jpg', mimeType: 'image/jpeg', buffer }]);
    },
    leave: (page) => press(page, /主軸下方/),
  },
  { name: 'room', who: 'wang', open: intoRoom },
  {
    name: 'jump',
    who: 'wang',
    open: async (page, scene) => {
      await intoRoom(page, scene);
      await page.keyboard.press('Control+k');
      await expect(page.getByRole('option').first()).toBeVisible();
    },
    leave: (page) => page.keyboard.press('Escape'),
  },
  {
    name: 'room-offline',
    who: 'wang',
    open: async (page, scene) => {
      await intoRoom(page, scene);
      await page.context().setOffline(true);
      await expect(page.getByText(/目前離線|You are offline/)).toBeVisible();
    },
    leave: (page) => page.context().setOffline(false),
  },
  panel('details', 'details', /站 07/),
  panel('people', 'members', /陳工/),
  panel('evidence', 'files', /press07_alarm\.log/),
  {
    name: 'lightbox',
    who: 'wang',
    open: async (page, scene) => {
      await intoRoom(page, scene);
      await page
        .getByRole('log')
        .getByRole('button', { name: /放大檢視|^View/ })
        .click();
      await expect(page.locator('.yarl__slide_current img')).toBeVisible();
    },
  },
  {
    name: 'search',
    who: 'wang',
    open: async (page) => {
      await page.goto('/search?q=壓力');
      await expect(page.locator('mark').first()).toBeVisible();
    },
  },
  { name: 'me', who: 'wang', open: (page) => at(page, '/me') },
  {
    name: 'design',
    who: 'wang',
    open: async (page) => {
      await page.goto('/design');
      await expect(page.getByRole('status', { name: /^(載入中|Loading)$/ })).toBeAttached(); // it shows one
    },
  },
  admin('accounts', '/admin/users'),
  admin('audit', '/admin/audit'),
  admin('storage', '/admin/storage'),
  admin('retention', '/admin/retention'),
  admin('stations', '/admin/stations?site=一廠&line=三線&station=站%2007'),
  admin('templates', '/admin/templates'),
  admin('template', '/admin/templates/new'),
  admin('cluster', '/admin/cluster'),
];

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

/** A morning in a plant: six incidents, the worst of them with people, talk and evidence. */
export async function setTheScene(): Promise<Scene> {
  const [wang, li, chen] = await Promise.all([Client.of('wang'), Client.of('li'), Client.of('chen')]);
  for (const [index, other] of others.entries()) {
    const owner = index % 2 === 0 ? li : wang;
    const room = await owner.declare({ ...other, place: { ...other.place } });
    if (owner === li) await li.add(room.room_id, wang.userId, index === 0 ? 'VIEWER' : 'EDITOR');
  }

  const { room_id: roomId } = await wang.declare({
    title: '三線 站 07 沖壓機漏油，主軸停止',
    severity: 'CRITICAL',
    place: { site: '一廠', line: '三線', station: '站 07', equipment: '沖壓機 P-07' },
    line_stopped: true,
    lot: 'WO-260718-03',
    units_at_risk: 240,
    description: '開機後主軸下方出現油漬，約 5 分鐘後油壓不足警報，設備自動停機。',
  });
  await wang.add(roomId, li.userId, 'EDITOR');
  await wang.add(roomId, chen.userId, 'VIEWER');
  await wang.say(roomId, '三線停機，主軸有油。');
  await wang.say(roomId, '已按緊急停止，人員退到黃線外。');
  const photo = jpeg({ width: 1200, height: 900, quality: 82, noise: 0.12, seed: 3 });
  await wang.attach(roomId, '主軸下方.jpg', 'image/jpeg', photo, '油從這裡滴下來');
  await li.say(roomId, '先關總閥，確認壓力歸零再靠近。');
  await li.say(roomId, '我帶備品過去，五分鐘到。\n密封圈 P-07-114 庫存還有 3 個。');
  const lines = Array.from(
    { length: 900 },
    (_, n) => `13:${String(n % 60).padStart(2, '0')}:00 P-07 pressure ${(6 - n / 200).toFixed(2)} MPa`,
  );
  const log = Buffer.from(lines.join('\n'));
  await wang.attach(roomId, 'press07_alarm.log', 'text/plain', log, '停機前的壓力紀錄');
  await wang.say(roomId, '總閥已關，壓力 0.0 MPa。');
  await li.say(roomId, '到現場了，看起來是下密封圈破損，更換約 20 分鐘。');
  return { roomId };
}

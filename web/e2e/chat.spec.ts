import type { WebSocketRoute } from '@playwright/test';
import type { Client } from './support/client';
import { bubble, composer, desk, expect, openRoom, phone, say, test, unique } from './support/test';

/** A room of 王小明 with 李工 as EDITOR. */
async function roomForTwo(api: (who: 'wang' | 'li') => Promise<Client>, title: string) {
  const owner = await api('wang');
  const other = await api('li');
  const room = await owner.declare({ title: unique(title) });
  await owner.add(room.room_id, other.userId, 'EDITOR');
  return { owner, other, roomId: room.room_id };
}

for (const [name, screen] of Object.entries({ phone, desk })) {
  test(`F-RT-01, F-UI-03: two people talk, live both ways (${name})`, async ({ as, api }) => {
    const { roomId } = await roomForTwo(api, '對話');
    const wang = await as('wang', screen);
    const li = await as('li', desk);
    await openRoom(wang, roomId);
    await openRoom(li, roomId);

    await say(wang, '三線停機，主軸有油');
    await expect(bubble(li, '三線停機，主軸有油')).toBeVisible();
    await say(li, '先關總閥\n再確認壓力');
    await expect(bubble(wang, '先關總閥')).toBeVisible();
    await expect(bubble(wang, '先關總閥')).toContainText('李工');
    await say(wang, '總閥已關 👍');
    await expect(bubble(li, '總閥已關 👍')).toBeVisible();
    for (const page of [wang, li]) {
      await expect(page.getByRole('article')).toHaveCount(3);
      await expect(page.getByRole('button', { name: '重新傳送這則訊息' })).toHaveCount(0);
    }
  });
}

test('UX 9, F-RT-10: what is said while somebody is offline is there afterwards, in order, once', async ({
  as,
  api,
}) => {
  const { other, roomId } = await roomForTwo(api, '離線');
  const wang = await as('wang');
  const li = await as('li');
  await openRoom(wang, roomId);
  await openRoom(li, roomId);
  await say(wang, '之前');
  await expect(bubble(li, '之前')).toBeVisible();

  await wang.context().setOffline(true);
  await expect(wang.getByText(/目前離線（\d{2}:\d{2} 起）。寫下的訊息會在連上後依序送出。/)).toBeVisible();
  for (const n of [1, 2, 3]) await other.say(roomId, `李 ${n}`);
  for (const n of [1, 2, 3]) await say(wang, `王 ${n}`);
  await expect(bubble(wang, '王 3')).toContainText('等待連線');
  await expect(bubble(li, '王 1')).toHaveCount(0);

  await wang.context().setOffline(false);
  for (const page of [wang, li]) {
    await expect(bubble(page, '王 3')).toBeVisible();
    await expect(page.getByRole('article')).toHaveCount(7);
    const order = await page.getByRole('article').allInnerTexts();
    const said = order.map((text) => /(之前|[李王] \d)/.exec(text)?.[1]);
    expect(said).toEqual(['之前', '李 1', '李 2', '李 3', '王 1', '王 2', '王 3']);
  }
  await expect(wang.getByText('等待連線')).toHaveCount(0);
});

test('F-RT-10: a cut socket, a lost frame and a doubled frame change nothing of what is shown', async ({
  as,
  api,
}) => {
  const { other, roomId } = await roomForTwo(api, '斷線');
  const page = await as('wang');
  const routes: WebSocketRoute[] = [];
  let mischief: 'none' | 'lose' | 'double' = 'none';
  await page.routeWebSocket(/\/api\/ws$/, (route) => {
    routes.push(route);
    const server = route.connectToServer();
    server.onMessage((frame) => {
      const isMessage = String(frame).includes('"type":"message"');
      if (isMessage && mischief === 'lose') {
        mischief = 'none';
        return;
      }
      route.send(frame);
      if (isMessage && mischief === 'double') route.send(frame);
    });
  });
  await openRoom(page, roomId);
  const sayAs = (text: string) => other.say(roomId, text);

  await sayAs('一');
  await expect(bubble(page, '一')).toBeVisible();

  await routes.at(-1)?.close({ code: 4001, reason: 'too slow' });
  await sayAs('二');
  await expect(bubble(page, '二')).toBeVisible();
  expect(routes).toHaveLength(2);

  mischief = 'lose';
  await sayAs('三');
  await sayAs('四'); // the hole is seen now, and filled
  await expect(bubble(page, '三')).toBeVisible();
  await expect(bubble(page, '四')).toBeVisible();

  mischief = 'double';
  await sayAs('五');
  await expect(bubble(page, '五')).toBeVisible();
  const texts = (await page.getByRole('article').allInnerTexts()).map(
    (text) => /[一二三四五]/.exec(text)?.[0],
  );
  expect(texts).toEqual(['一', '二', '三', '四', '五']);
});

test('close code 4503 stops a tab until somebody asks', async ({ as, api }) => {
  const { other, roomId } = await roomForTwo(api, '太多');
  const page = await as('wang');
  const routes: WebSocketRoute[] = [];
  await page.routeWebSocket(/\/api\/ws$/, (route) => {
    routes.push(route);
    route.connectToServer();
  });
  await openRoom(page, roomId);
  await routes[0]?.close({ code: 4503, reason: 'too many' });
  await expect(page.getByRole('alert')).toContainText('開啟的分頁或連線太多');
  await other.say(roomId, '沒看到');
  await page.getByRole('button', { name: '重新連線' }).click();
  await expect(bubble(page, '沒看到')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('UX 3: who reads above is left there, and told how much is new', async ({ as, api }) => {
  const { owner, other, roomId } = await roomForTwo(api, '捲動');
  for (let n = 1; n <= 60; n += 1) await owner.say(roomId, `舊 ${n}.`);
  const page = await as('wang');
  await openRoom(page, roomId);
  await expect(bubble(page, '舊 60.')).toBeInViewport();

  await page.getByRole('log').hover();
  await page.mouse.wheel(0, -1200);
  await expect(page.getByRole('button', { name: '跳到最新', exact: true })).toBeVisible();
  await other.say(roomId, '新的一則');
  await expect(page.getByRole('button', { name: '跳到最新（1）' })).toBeVisible();
  await expect(bubble(page, '新的一則')).not.toBeInViewport();
  const called = {
    client_msg_id: crypto.randomUUID(),
    text: '@王小明 請看',
    mentions: { users: [owner.userId] },
  };
  expect((await other.http.post(`/api/rooms/${roomId}/messages`, { data: called })).status()).toBe(201);
  await expect(page.getByRole('button', { name: '跳到最新（2） 有 1 則提到您' })).toBeVisible();
  await page.getByRole('button', { name: /跳到最新（2）/ }).click();
  await expect(bubble(page, '新的一則')).toBeInViewport();
  await expect(page.getByRole('button', { name: /跳到最新/ })).toHaveCount(0);

  await other.say(roomId, '跟著走');
  await expect(bubble(page, '跟著走')).toBeInViewport();
});

test('UX 22: scrolling up loads what is older until the beginning, and nothing jumps', async ({
  as,
  api,
}) => {
  const { owner, roomId } = await roomForTwo(api, '歷史');
  for (let n = 1; n <= 240; n += 1) await owner.say(roomId, `第 ${n} 則`);
  const page = await as('wang');
  await openRoom(page, roomId);
  await expect(bubble(page, '第 240 則')).toBeInViewport();
  await expect(bubble(page, '第 1 則')).toHaveCount(0);

  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resume) => {
    letGo = resume;
  });
  await page.route('**/timeline?*before_seq=*', async (route) => {
    await held;
    await route.continue();
  });
  const log = page.getByRole('log');
  const loading = page.getByRole('status').filter({ has: page.getByLabel('載入中') });
  await log.hover();
  await expect(async () => {
    await page.mouse.wheel(0, -1500);
    await expect(loading).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 60_000 });

  const topmost = () =>
    log.evaluate((element) => {
      const top = element.getBoundingClientRect().top;
      const rows = [...element.querySelectorAll('article')].map((row) => row.lastElementChild as HTMLElement);
      const seen = rows.filter((row) => row.getBoundingClientRect().top >= top);
      seen.sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top);
      return /第 \d+ 則/.exec(seen[0]?.innerText ?? '')?.[0] ?? '';
    });
  const heightOf = async (text: string) =>
    Math.round((await log.getByText(text, { exact: true }).boundingBox())?.y ?? Number.NaN);
  let resting = -1;
  await expect // the wheel has come to rest
    .poll(async () => {
      const before = resting;
      resting = await heightOf(await topmost());
      return resting === before;
    })
    .toBe(true);
  const text = await topmost();
  const before = await heightOf(text);
  letGo();
  await expect(loading).toHaveCount(0);
  expect(Math.abs((await heightOf(text)) - before)).toBeLessThanOrEqual(2);

  await expect(async () => {
    await page.mouse.wheel(0, -4000);
    await expect(page.getByText('對話從這裡開始')).toBeInViewport({ timeout: 500 });
  }).toPass({ timeout: 60_000 });
  await expect(bubble(page, '第 1 則').first()).toBeInViewport();
  await expect(log).toContainText('王小明 通報了這個事件');
});

test('UX 1: one author within minutes stands under one name', async ({ as, api }) => {
  const { owner, other, roomId } = await roomForTwo(api, '分組');
  await owner.say(roomId, '甲一');
  await owner.say(roomId, '甲二');
  await other.say(roomId, '乙一');
  const page = await as('li');
  await openRoom(page, roomId);
  await expect(page.getByRole('log').getByText('今天')).toHaveCount(1);
  await expect(bubble(page, '甲一').getByText('王小明')).toBeInViewport({ ratio: 1 });
  const second = await bubble(page, '甲二').getByRole('paragraph').first().boundingBox();
  expect(second?.height ?? 0).toBeLessThanOrEqual(1); // there for a screen reader only
});

test('F-UI-10: a draft survives Back and a reload', async ({ as, api }) => {
  const { roomId } = await roomForTwo(api, '草稿');
  const page = await as('wang');
  await openRoom(page, roomId);
  await composer(page).fill('寫到一半');
  await page.goto('/rooms');
  await openRoom(page, roomId);
  await expect(composer(page)).toHaveValue('寫到一半');
  await page.reload();
  await expect(composer(page)).toHaveValue('寫到一半');
});

test('UX 5: a message that the server refuses can be discarded', async ({ as, api }) => {
  const { roomId } = await roomForTwo(api, '拒絕');
  const page = await as('wang');
  await page.routeWebSocket(/\/api\/ws$/, (route) => {
    const server = route.connectToServer();
    route.onMessage((frame) => {
      const said = JSON.parse(String(frame)) as { type: string; client_msg_id?: string };
      if (said.type !== 'send_message') {
        server.send(frame);
        return;
      }
      route.send(
        JSON.stringify({
          type: 'error',
          code: 'forbidden',
          detail: 'You may not write here.',
          retryable: false,
          room_id: roomId,
          client_msg_id: said.client_msg_id,
        }),
      );
    });
  });
  await openRoom(page, roomId);
  await say(page, '寫不進去');
  await expect(bubble(page, '寫不進去')).toContainText('沒有送出');
  await page.getByRole('button', { name: '捨棄這則訊息' }).click();
  await expect(bubble(page, '寫不進去')).toHaveCount(0);
});

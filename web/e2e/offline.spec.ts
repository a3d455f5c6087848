import type { BrowserContext, Page, WebSocketRoute } from '@playwright/test';
import { clean } from './support/axe';
import type { Client } from './support/client';
import { plant } from './support/people';
import { shelf } from './support/shelf';
import { bubble, composer, desk, expect, openRoom, phone, say, test, unique } from './support/test';
import { press, stage, staged } from './support/uploads';

const csrf = { 'X-Requested-With': 'task-reporter' };
const offline = (page: Page) => page.getByRole('status').filter({ hasText: /目前離線/ });
const asOf = (page: Page) => page.getByRole('status').filter({ hasText: /時的內容，連上後會更新/ });

async function roomOf(owner: Client, title: string) {
  const room = await owner.declare({ title: unique(title) });
  return { ...room, roomId: room.room_id };
}

/** The texts of a room's messages, as the server has them. */
async function textsOf(who: Client, roomId: string): Promise<string[]> {
  const texts: string[] = [];
  for (let after = 0; ; ) {
    const answer = await who.http.get(`/api/rooms/${roomId}/events`, {
      params: { after_seq: after, limit: 100 },
    });
    const { events, head_seq: head } = (await answer.json()) as {
      events: { type: string; seq: number; message?: { text: string; metadata?: { filename: string } } }[];
      head_seq: number;
    };
    for (const { type, message } of events) {
      if (type === 'message') texts.push(message?.metadata?.filename ?? message?.text ?? '');
    }
    after = events.at(-1)?.seq ?? head;
    if (after >= head) return texts;
  }
}

/** The shell is on the device, and the page is under its worker. */
async function shellKept(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
}

async function signInAs(context: BrowserContext, username: 'wang' | 'li'): Promise<void> {
  const { password } = plant().accounts[username];
  const login = await context.request.post('/api/auth/login', {
    data: { username, password },
    headers: csrf,
  });
  expect(login.status()).toBe(200);
}

for (const [device, screen] of Object.entries({ phone, desk })) {
  test(`F-UI-14, UX 8: written offline, the page reloaded, closed and opened: all arrives, once, in order (${device})`, async ({
    as,
    api,
  }) => {
    const owner = await api('wang');
    const { roomId } = await roomOf(owner, '斷網');
    let page = await as('wang', { ...screen, serviceWorkers: 'allow' });
    await openRoom(page, roomId);
    await shellKept(page);
    await say(page, '之前');
    await expect.poll(() => textsOf(owner, roomId)).toEqual(['之前']);
    await expect.poll(() => shelf(page, 'task-reporter-rooms')).toContain(`${owner.userId}/room/${roomId}`);
    const context = page.context();
    await context.setOffline(true);
    await expect(offline(page)).toContainText(/\d{2}:\d{2} 起/);
    for (const n of [1, 2]) await say(page, `離線 ${n}`);
    await expect(bubble(page, '離線 2')).toContainText('等待連線');

    await page.reload();
    await expect(bubble(page, '之前')).toBeVisible();
    await expect(asOf(page).first()).toBeVisible();
    await expect(bubble(page, '離線 2')).toBeVisible();
    await say(page, '離線 3');
    await composer(page).fill('寫到一半');
    await expect(bubble(page, '離線 3')).toBeVisible();
    await clean(page, `offline room, ${device}`);

    await page.close();
    page = await context.newPage();
    await page.goto(`/rooms/${roomId}`);
    await expect(bubble(page, '離線 3')).toBeVisible();
    await expect(composer(page)).toHaveValue('寫到一半');
    await context.setOffline(false);
    await expect.poll(() => textsOf(owner, roomId)).toEqual(['之前', '離線 1', '離線 2', '離線 3']);
    await expect(page.getByRole('article')).toHaveCount(4);
    await expect(asOf(page)).toHaveCount(0);
    await expect(page.getByText('等待連線')).toHaveCount(0);
  });
}

test('F-UI-14, F-RT-12: over a bad network 40 messages and three files arrive once and in order', async ({
  as,
  api,
}) => {
  test.setTimeout(240_000);
  const owner = await api('wang');
  const { roomId } = await roomOf(owner, '壞網路');
  const page = await as('wang', { ...phone, serviceWorkers: 'allow' });
  const context = page.context();
  await page.clock.install();
  await openRoom(page, roomId);
  await shellKept(page);
  let asked = 0;
  await context.route('**/api/**', (route) => {
    asked += 1;
    return asked % 5 === 0 ? route.abort('connectionreset') : route.continue();
  });

  const texts: string[] = [];
  const names: string[] = [];
  const write = async (upTo: number) => {
    while (texts.length < upTo) {
      const text = `第 ${texts.length + 1} 則。`;
      texts.push(text);
      await say(page, text);
      await expect(bubble(page, text)).toBeVisible();
    }
  };
  const attach = async (name: string) => {
    names.push(name);
    await stage(page, [
      { name, mimeType: 'text/plain', buffer: Buffer.from(`E-42 ${name}\n`.repeat(20_000)) },
    ]);
    await press(page, '送出');
  };
  /** Four of the five drops: the line is away while one more is written. */
  const drop = async () => {
    await context.setOffline(true);
    await write(texts.length + 1);
    await context.setOffline(false);
  };
  await write(5);
  await drop();
  await attach('一.log');
  await write(10);
  await drop();
  await write(15);
  await drop();

  // Half an hour without a network, in which the page is closed and opened.
  await context.setOffline(true);
  await write(20);
  await attach('二.log');
  await page.clock.fastForward('30:00');
  await page.reload();
  await expect(bubble(page, texts.at(-1) ?? '')).toBeVisible();
  await write(30);
  await context.setOffline(false);

  await write(33);
  await drop();
  await attach('三.log');
  await write(40);

  const stored = async () => (await textsOf(owner, roomId)).filter((text) => !names.includes(text));
  await expect.poll(stored, { timeout: 90_000 }).toEqual(texts);
  const files = async () => (await textsOf(owner, roomId)).filter((text) => names.includes(text)).sort();
  await expect.poll(files, { timeout: 90_000 }).toEqual([...names].sort());
  await expect(page.getByText(/等待連線|尚未確認/)).toHaveCount(0);
  expect(asked).toBeGreaterThan(25);
});

test('F-UI-14: the list opens offline, and nothing of the API is in the shell', async ({ as, api }) => {
  const room = await roomOf(await api('wang'), '離線列表');
  const page = await as('wang', { serviceWorkers: 'allow' });
  await page.goto('/rooms');
  await expect(page.getByRole('link', { name: new RegExp(room.title) })).toBeVisible();
  await shellKept(page);
  await expect.poll(() => shelf(page, 'task-reporter-rooms')).toHaveLength(1);
  await page.context().setOffline(true);
  await page.reload();
  await expect(page.getByRole('link', { name: new RegExp(room.title) })).toBeVisible();
  await expect(asOf(page)).toBeVisible();
  await clean(page, 'offline list');
  const kept = await page.evaluate(async () => {
    const shells = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = (await Promise.all(shells.map((shell) => shell.keys()))).flat();
    return requests.map(({ url }) => new URL(url).pathname);
  });
  expect(kept).toContain('/');
  expect(kept.filter((path) => /^\/api/.test(path))).toEqual([]);
});

test('on a shared tablet nobody sees or sends what another has written; its author finds it again', async ({
  as,
  api,
}) => {
  const [owner, colleague] = [await api('wang'), await api('li')];
  const { roomId } = await roomOf(owner, '共用平板');
  await owner.add(roomId, colleague.userId, 'EDITOR');
  const page = await as('wang');
  const context = page.context();
  await openRoom(page, roomId);
  await say(page, '看得到');
  await expect.poll(() => textsOf(owner, roomId)).toEqual(['看得到']);
  await expect.poll(() => shelf(page, 'task-reporter-rooms')).not.toEqual([]);
  await context.setOffline(true);
  await say(page, '王的訊息');
  await composer(page).fill('王的草稿');
  await expect(bubble(page, '王的訊息')).toBeVisible();
  await expect.poll(() => shelf(page, 'task-reporter-written')).toContain(`${owner.userId}/draft/${roomId}`);

  await page.goto('about:blank');
  await context.clearCookies(); // his session is over, by the server's word
  await context.setOffline(false);
  await page.goto('/rooms');
  await expect(page.getByRole('heading', { name: '登入' })).toBeVisible();
  await expect.poll(() => shelf(page, 'task-reporter-rooms')).toEqual([]);
  await signInAs(context, 'li');
  await openRoom(page, roomId);
  await expect(bubble(page, '看得到')).toBeVisible();
  await expect(bubble(page, '王的訊息')).toHaveCount(0);
  await expect(composer(page)).toHaveValue('');
  await say(page, '李的訊息');
  await expect.poll(() => textsOf(owner, roomId)).toEqual(['看得到', '李的訊息']);

  await signInAs(context, 'wang');
  await openRoom(page, roomId);
  await expect.poll(() => textsOf(owner, roomId)).toEqual(['看得到', '李的訊息', '王的訊息']);
  await expect(composer(page)).toHaveValue('王的草稿');
  await expect(page.getByRole('article')).toHaveCount(3);
});

test('signing out asks before it drops what is not sent, and leaves nothing of it on the device', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const { roomId } = await roomOf(owner, '離線登出');
  const page = await as('wang');
  await openRoom(page, roomId);
  await page.waitForLoadState('networkidle'); // the rest of the page is here, too
  await page.context().setOffline(true);
  await say(page, '沒送出');
  await composer(page).fill('草稿');
  await page.getByRole('button', { name: '已登入：王小明' }).click();
  await press(page, '登出');
  const dialog = page.getByRole('dialog', { name: '還有內容沒有送出' });
  await expect(dialog).toContainText('訊息 1 則、檔案 0 個、草稿 1 則');
  await press(dialog, '仍要登出');
  await expect(page.getByRole('heading', { name: '登入' })).toBeVisible();
  for (const name of ['task-reporter-written', 'task-reporter-rooms', 'task-reporter-uploads']) {
    await expect.poll(() => shelf(page, name), name).toEqual([]);
  }
  await page.context().setOffline(false);
  await page.goto('/rooms'); // the server could not hear it: it hears it now
  await expect(page.getByRole('heading', { name: '登入' })).toBeVisible();
  expect(await textsOf(owner, roomId)).toEqual([]);
});

test('UX 5, UX 7: unconfirmed after 15 s is failed; Discard drops it, Retry sends, older ones first', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const { roomId } = await roomOf(owner, '沒有回音');
  const page = await as('wang');
  await page.clock.install();
  let deaf = true;
  await page.routeWebSocket(/\/api\/ws$/, (route) => {
    const server = route.connectToServer();
    route.onMessage((frame) => {
      if (!deaf || !String(frame).includes('"send_message"')) server.send(frame);
    });
  });
  await openRoom(page, roomId);
  await say(page, '甲');
  await expect(bubble(page, '甲')).toBeVisible();
  await expect(page.getByText('傳送中')).toHaveCount(0);
  await page.clock.fastForward(2500);
  await expect(bubble(page, '甲')).toContainText('傳送中');
  await say(page, '乙');
  await say(page, '丙');
  await expect(bubble(page, '丙')).toBeVisible();
  await page.clock.fastForward(13_000);
  await expect(bubble(page, '丙')).toContainText('尚未確認');
  await bubble(page, '乙').getByRole('button', { name: '捨棄這則訊息' }).click();
  await expect(bubble(page, '乙')).toHaveCount(0);
  deaf = false;
  await bubble(page, '丙').getByRole('button', { name: '重新傳送這則訊息' }).click();
  await expect.poll(() => textsOf(owner, roomId)).toEqual(['甲', '丙']);
});

for (const sign of ['the network', 'the eye'] as const) {
  test(`UX 9: attempts are up to 30 s apart; ${sign} coming back ends the pause at once, and only what was missed is asked for`, async ({
    as,
    api,
  }) => {
    const owner = await api('wang');
    const { roomId } = await roomOf(owner, '重新連線');
    const { seq } = await owner.say(roomId, '之前');
    const page = await as('wang');
    await page.addInitScript(() => {
      Math.random = () => 0.999; // the longest pause that the jitter allows
    });
    let down = false;
    let asked = 0;
    await page.route('**/api/ws/ticket', (route) => {
      asked += 1;
      return down ? route.abort('connectionreset') : route.continue();
    });
    const sockets: WebSocketRoute[] = [];
    const subscribed: unknown[] = [];
    await page.routeWebSocket(/\/api\/ws$/, (route) => {
      const server = route.connectToServer();
      route.onMessage((frame) => {
        const { type, after_seq } = JSON.parse(String(frame)) as { type: string; after_seq?: number };
        if (type === 'subscribe') subscribed.push(after_seq);
        server.send(frame);
      });
      sockets.push(route);
    });
    await page.clock.install();
    await openRoom(page, roomId);
    await expect(bubble(page, '之前')).toBeVisible();
    await page.clock.pauseAt(Date.now() + 10 * 60_000);
    const pill = page.getByRole('banner').getByRole('status');
    await expect(pill).toHaveText('已連線');

    down = true;
    asked = 0;
    await sockets.at(-1)?.close({ code: 4001 });
    const tried = async () => {
      if (asked < 6) await page.clock.fastForward(500);
      return asked;
    };
    await expect.poll(tried, { intervals: [100] }).toBe(6); // after 0.5, 1, 2, 4, 8 and 16 s
    await expect(pill).toHaveText('重新連線中');
    await owner.say(roomId, '斷線時');
    if (sign === 'the network') await page.context().setOffline(true);
    else await look(page, 'hidden');
    await page.clock.fastForward(26_000); // the last steps may have been some too many
    down = false;
    if (sign === 'the network') await page.context().setOffline(false);
    else await look(page, 'visible');
    await page.clock.fastForward(500);
    await expect(pill).toHaveText('已連線');
    expect(asked).toBe(7); // none in the 26 s, one at once
    await page.clock.resume();
    await expect(bubble(page, '斷線時')).toBeVisible();
    await expect(page.getByRole('article')).toHaveCount(2);
    expect(subscribed.at(-1)).toBe(seq);
  });
}

/** The tab is covered, or looked at again. */
async function look(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate((now) => {
    Object.defineProperty(document, 'visibilityState', { value: now, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
}

test('UX 8: files that were chosen and not sent are there again after a reload', async ({ as, api }) => {
  const { roomId } = await roomOf(await api('wang'), '選好的檔案');
  const page = await as('wang');
  await openRoom(page, roomId);
  await stage(page, [{ name: '警報.log', mimeType: 'text/plain', buffer: Buffer.from('E-42 壓力過低') }]);
  await expect.poll(async () => (await shelf(page, 'task-reporter-uploads')).join()).toContain('/laid/');
  await page.reload();
  await expect(staged(page)).toContainText('警報.log');
  await press(page, '送出');
  await expect(bubble(page, '警報.log')).toBeVisible();
  await expect.poll(() => shelf(page, 'task-reporter-uploads')).toEqual([]);
});

test.describe('UX 28: a new version', () => {
  /** The server has another page than the one that is open. */
  async function renew(page: Page): Promise<void> {
    await page.route('**/', async (route) => {
      if (route.request().resourceType() === 'document') return route.fallback();
      const page = '<!doctype html><script type="module" src="/assets/index-new.js"></script>';
      return route.fulfill({ contentType: 'text/html', body: page });
    });
  }
  /** Gone with a reload. */
  const mark = (page: Page) =>
    page.evaluate(() => {
      document.documentElement.dataset.before = 'yes';
    });
  /** Whether the page is still the same; while it is on its way to another, it is. */
  const marked = (page: Page) =>
    page.evaluate(() => document.documentElement.dataset.before === 'yes').catch(() => true);

  test('is told, and taken only on consent', async ({ as, api }) => {
    const { roomId } = await roomOf(await api('wang'), '新版本');
    const page = await as('wang', phone);
    await openRoom(page, roomId);
    await mark(page);
    await renew(page);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    const toast = page.getByRole('region', { name: '有新版本' });
    await expect(toast).toBeVisible();
    await clean(page, 'new version');
    await composer(page).fill('寫到一半');
    expect(await marked(page)).toBe(true);
    await press(toast, '重新載入');
    await expect(composer(page)).toHaveValue('寫到一半');
    expect(await marked(page)).toBe(false);
  });

  test('that has lost a part of the open page reloads it once, by itself', async ({ as }) => {
    const page = await as('wang');
    await page.goto('/rooms');
    await expect(page.getByRole('heading', { name: '事件列表' })).toBeVisible();
    let loaded = 0;
    page.on('load', () => {
      loaded += 1;
    });
    await renew(page);
    await page.route('**/assets/SearchPage-*.js', (route) => route.fulfill({ status: 404 }));
    await page.getByRole('link', { name: /搜尋/ }).first().click();
    await expect.poll(() => loaded).toBe(1);
    await expect(page.getByText('頁面發生錯誤')).toBeVisible();
    expect(loaded).toBe(1);
  });
});

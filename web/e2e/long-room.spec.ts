import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from '@playwright/test';
import { Client } from './support/client';
import type { Plant } from './support/people';
import { Server } from './support/server';
import { bubble, desk, expect, openRoom, phone, say, test } from './support/test';

/** Messages of the room, and how many of them have been read. */
const many = 100_000;
const read = 50_000;
/** Messages that are scrolled past, up and then down again and on. */
const far = 2_000;
/** Rows in the document, whatever is loaded. */
const mostRows = 200;
/** MiB that the heap may gain while 5,000 messages are scrolled past, after the first 1,000. */
const mostGrowth = 3;

// A server of this file's own, which takes as many frames of one socket as it can.
const dataDir = mkdtempSync(join(tmpdir(), 'task-reporter-long-'));
let shared: string | undefined;
let server: Server;
let roomId: string;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(600_000);
  server = await Server.start(dataDir, { TASK_REPORTER_LIMIT_FRAMES_PER_SECOND: '1000000' });
  shared = process.env.E2E_PLANT;
  const own: Plant = { url: server.url, accounts: server.populate() };
  process.env.E2E_PLANT = JSON.stringify(own);

  const [wang, li, chen] = await Promise.all([Client.of('wang'), Client.of('li'), Client.of('chen')]);
  const room = await wang.declare({ title: '三線 一年的紀錄' });
  roomId = room.room_id;
  await wang.add(roomId, li.userId, 'EDITOR');
  await wang.add(roomId, chen.userId, 'EDITOR');
  await fill(browser, wang);
  for (const reader of [li, chen]) {
    const seq = first + read - 1;
    expect((await reader.http.put(`/api/rooms/${roomId}/read`, { data: { seq } })).status()).toBe(204);
    await expect.poll(async () => (await reader.room(roomId)).read_seq).toBe(seq);
  }
});

test.afterAll(async () => {
  process.env.E2E_PLANT = shared;
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** The seq of message 1. */
let first: number;

/**
 * Says everything over one socket, as fast as it is acked. What is scrolled past has another 1,000
 * characters each that are not seen: kept, they would be.
 */
async function fill(browser: Browser, who: Client): Promise<void> {
  const ticket = ((await (await who.http.post('/api/ws/ticket')).json()) as { ticket: string }).ticket;
  first = (await who.room(roomId)).head_seq + 1;
  const page = await browser.newPage({ baseURL: server.url });
  await page.goto('/login');
  await page.evaluate(
    ([ticket, room_id, many, read, heavy]) =>
      new Promise<void>((done, fail) => {
        const ws = new WebSocket('/api/ws', 'task-reporter.v1');
        let sent = 0;
        let acked = 0;
        const next = () => {
          sent += 1;
          const more =
            sent % 7 === 0 ? '：軸承溫度 68 度，油壓正常，再跑半小時看看，有變化再說。\n先這樣。' : '';
          const weight = Math.abs(sent - read) < heavy ? '\u2060'.repeat(1000) : '';
          const text = `第 ${sent} 則${weight}${more}`;
          ws.send(JSON.stringify({ type: 'send_message', room_id, client_msg_id: `n-${sent}`, text }));
        };
        ws.onopen = () => ws.send(JSON.stringify({ type: 'auth', ticket }));
        ws.onclose = ({ code, reason }) => fail(new Error(`closed after ${acked}: ${code} ${reason}`));
        ws.onmessage = ({ data }) => {
          const { type, detail } = JSON.parse(data) as { type: string; detail?: string };
          if (type === 'error') fail(new Error(detail));
          if (type === 'ready') for (let n = 0; n < 200; n += 1) next();
          if (type !== 'ack') return;
          acked += 1;
          if (acked === many) done();
          else if (sent < many) next();
        };
      }),
    [ticket, roomId, many, read, far + 1000] as const,
  );
  await page.close();
  expect((await who.room(roomId)).head_seq).toBe(first + many - 1);
}

const log = (page: Page) => page.getByRole('log');

/** The numbers of the messages in the document, and of the topmost one that is seen. */
function shown(page: Page): Promise<{ numbers: number[]; top: number; rows: number }> {
  return log(page).evaluate((element) => {
    const edge = element.getBoundingClientRect().top;
    const articles = [...element.querySelectorAll('[role="article"], article')];
    const numbered = articles.map((article) => ({
      number: Number(/第 (\d+) 則/.exec(article.textContent ?? '')?.[1]),
      bottom: article.getBoundingClientRect().bottom,
    }));
    return {
      numbers: numbered.map(({ number }) => number),
      top: numbered.find(({ bottom }) => bottom > edge)?.number ?? 0,
      rows: element.firstElementChild?.childElementCount ?? 0,
    };
  });
}

/** Turns the wheel so many pixels, upwards when there are more than 0. */
async function turn(page: Page, cdp: CDPSession, pixels: number): Promise<void> {
  const box = await log(page).boundingBox();
  if (box === null) throw new Error('there is no conversation to scroll');
  await cdp.send('Input.synthesizeScrollGesture', {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    yDistance: pixels,
    speed: 20_000,
    gestureSourceType: 'mouse',
  });
}

/** Scrolls until the topmost message is past `goal`. */
async function scrollTo(page: Page, cdp: CDPSession, goal: number): Promise<void> {
  const up = goal < (await shown(page)).top;
  await expect(async () => {
    await turn(page, cdp, up ? 6000 : -6000);
    await expect(log(page)).toHaveAttribute('aria-busy', 'false');
    const { numbers, top, rows } = await shown(page);
    expect(rows).toBeLessThan(mostRows);
    const [from = 0] = numbers;
    expect(numbers, 'without a hole').toEqual(numbers.map((_, index) => from + index));
    expect(up ? goal - top : top - goal).toBeGreaterThanOrEqual(0);
  }).toPass({ timeout: 240_000, intervals: [0] });
}

for (const [name, screen] of Object.entries({ desk, phone })) {
  test(`F-UI-10, F-UI-12: a room with ${many} messages opens where it was read, scrolls both ways and does not grow (${name})`, async ({
    as,
  }) => {
    test.setTimeout(600_000);
    const page = await as(name === 'phone' ? 'chen' : 'li', screen);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable');
    const heap = async (where: string) => {
      await cdp.send('HeapProfiler.collectGarbage');
      const { metrics } = await cdp.send('Performance.getMetrics');
      const of = (metric: string) => metrics.find((one) => one.name === metric)?.value ?? Number.NaN;
      const mib = of('JSHeapUsedSize') / 2 ** 20;
      const { rows, top } = await shown(page);
      console.log(
        `${name}, ${where}: message ${top} on top, ${rows} rows, ${of('Nodes')} nodes, heap ${mib.toFixed(1)} MiB`,
      );
      expect(rows).toBeLessThan(mostRows);
      return mib;
    };

    await openRoom(page, roomId);
    await expect(page.getByText('未讀訊息')).toBeInViewport();
    await expect(bubble(page, `第 ${read + 1} 則`)).toBeInViewport();
    await heap('opened');

    await scrollTo(page, cdp, read - 1000);
    const warm = await heap('1,000 back');
    await scrollTo(page, cdp, read - far);
    const back = await heap('2,000 back');
    await scrollTo(page, cdp, read);
    await expect(async () => {
      await turn(page, cdp, 300);
      await expect(page.getByText('未讀訊息')).toBeInViewport({ timeout: 500 });
    }).toPass({ timeout: 120_000, intervals: [0] });
    await scrollTo(page, cdp, read + far);
    const on = await heap('and 4,000 on');
    expect(Math.max(back, on) - warm).toBeLessThan(mostGrowth);

    await page.getByRole('button', { name: /跳到最新/ }).click();
    await expect(bubble(page, `第 ${many} 則`)).toBeInViewport();
    await log(page).focus();
    for (let n = 0; n < 5; n += 1) await page.keyboard.press('PageUp');
    await expect(bubble(page, `第 ${many} 則`)).not.toBeInViewport();
    await say(page, `${name} 都看過了`);
    await expect(bubble(page, `${name} 都看過了`)).toBeInViewport();
    await heap('at the end');
  });
}

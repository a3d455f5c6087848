import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeWebSocket } from '@/testing/FakeWebSocket';
import { type Link, Socket, type TicketResult } from './socket';

let socket: Socket;
let links: (Link | string)[];
let renewal: 'ok' | 'refused' | 'unreachable';
let ticket: TicketResult;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeWebSocket);
  FakeWebSocket.opened.length = 0;
  links = [];
  renewal = 'ok';
  ticket = { ticket: 'one-use' };
  socket = new Socket({
    url: 'ws://plant/api/ws',
    ticket: () => Promise.resolve(ticket),
    renew: () => Promise.resolve(renewal),
    onLink: (link, code) => links.push(code === undefined ? link : `${link} ${code}`),
    onFrame: () => undefined,
    random: () => 1, // the longest pause
  });
});

afterEach(() => {
  socket.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

async function live(heartbeat?: number): Promise<FakeWebSocket> {
  socket.start();
  await pass(0);
  FakeWebSocket.last.ready(heartbeat);
  return FakeWebSocket.last;
}

describe('F-AU-06 the ticket', () => {
  test('goes in the first frame, never in the address', async () => {
    const ws = await live();
    expect(ws.protocol).toBe('task-reporter.v1');
    expect(ws.url).not.toContain('one-use');
    expect(ws.sent[0]).toEqual({ type: 'auth', ticket: 'one-use' });
  });

  test('that cannot be had because nobody is signed in ends the connection', async () => {
    ticket = 'signed-out';
    socket.start();
    await pass(60_000);
    expect(links.at(-1)).toBe('stopped');
    expect(FakeWebSocket.opened).toHaveLength(0);
  });
});

describe('coming back', () => {
  test('pauses grow with every failure until ready, not until open', async () => {
    socket.start();
    await pass(0);
    for (const pause of [500, 1000, 2000, 4000]) {
      FakeWebSocket.last.open(); // accepted and dropped: no success
      FakeWebSocket.last.drop();
      const before = FakeWebSocket.opened.length;
      await pass(pause - 1);
      expect(FakeWebSocket.opened).toHaveLength(before);
      await pass(1);
      expect(FakeWebSocket.opened).toHaveLength(before + 1);
    }
    FakeWebSocket.last.ready();
    FakeWebSocket.last.drop();
    await pass(500);
    expect(FakeWebSocket.opened).toHaveLength(6);
  });

  test('UX 9: is tried at once when the network is back or the tab is looked at, but not by all in one instant', async () => {
    await live();
    for (const pause of [500, 1000, 2000]) {
      FakeWebSocket.last.drop();
      await pass(pause);
    }
    expect(FakeWebSocket.opened).toHaveLength(4);
    FakeWebSocket.last.drop(); // the next pause is 4 s
    window.dispatchEvent(new Event('online'));
    await pass(499);
    expect(FakeWebSocket.opened).toHaveLength(4);
    await pass(1);
    expect(FakeWebSocket.opened).toHaveLength(5);
    FakeWebSocket.last.drop(); // 8 s
    document.dispatchEvent(new Event('visibilitychange'));
    await pass(500);
    expect(FakeWebSocket.opened).toHaveLength(6);
  });

  test('bye says how long to wait, and nothing but the button makes it shorter', async () => {
    const ws = await live();
    ws.receive({ type: 'bye', code: 4000, reason: 'drain', reconnect_after_ms: 7000 });
    ws.drop(4000);
    window.dispatchEvent(new Event('online'));
    document.dispatchEvent(new Event('visibilitychange'));
    await pass(6999);
    expect(FakeWebSocket.opened).toHaveLength(1);
    await pass(1);
    expect(FakeWebSocket.opened).toHaveLength(2);
    FakeWebSocket.last.ready();
    FakeWebSocket.last.receive({ type: 'bye', code: 4000, reason: 'drain', reconnect_after_ms: 7000 });
    FakeWebSocket.last.drop(4000);
    socket.reconnect();
    await pass(0);
    expect(FakeWebSocket.opened).toHaveLength(3);
  });

  test('a bye counts once and is no failure: what fails after it starts with the shortest pause', async () => {
    const ws = await live();
    ws.receive({ type: 'bye', code: 4000, reason: 'drain', reconnect_after_ms: 1200 });
    ws.drop(4000);
    await pass(1200);
    FakeWebSocket.last.drop(); // the next node is not there yet
    await pass(499);
    expect(FakeWebSocket.opened).toHaveLength(2);
    await pass(1);
    expect(FakeWebSocket.opened).toHaveLength(3);
    FakeWebSocket.last.drop();
    window.dispatchEvent(new Event('online')); // this pause, of a second, is ours to cut short
    await pass(500);
    expect(FakeWebSocket.opened).toHaveLength(4);
  });

  test('a bye that names no time is not an order to come back at once, again and again', async () => {
    socket.start();
    await pass(0);
    for (const pause of [500, 1000, 2000]) {
      FakeWebSocket.last.open();
      FakeWebSocket.last.receive({ type: 'bye', code: 4501, reason: 'ticket', reconnect_after_ms: 0 });
      FakeWebSocket.last.drop(4501);
      const before = FakeWebSocket.opened.length;
      await pass(pause - 1);
      expect(FakeWebSocket.opened).toHaveLength(before);
      await pass(1);
      expect(FakeWebSocket.opened).toHaveLength(before + 1);
    }
  });

  test('a way that is blocked before ready is given up after 15 seconds', async () => {
    socket.start();
    await pass(0);
    FakeWebSocket.last.open();
    await pass(15_000);
    expect(links.at(-1)).toBe('waiting');
    expect(FakeWebSocket.last.closed).toBe(true);
  });
});

describe('close codes', () => {
  test.each([4502, 4503])('%i stays away until somebody asks', async (code) => {
    const ws = await live();
    ws.drop(code);
    await pass(120_000);
    window.dispatchEvent(new Event('online'));
    await pass(0);
    expect(FakeWebSocket.opened).toHaveLength(1);
    expect(links.at(-1)).toBe(`refused ${code}`);
    socket.reconnect();
    await pass(0);
    expect(FakeWebSocket.opened).toHaveLength(2);
  });

  test('4500 comes back when the session could be renewed', async () => {
    const ws = await live();
    ws.drop(4500);
    await pass(500);
    expect(FakeWebSocket.opened).toHaveLength(2);
  });

  test('4500 stops when it could not', async () => {
    renewal = 'refused';
    const ws = await live();
    ws.drop(4500);
    await pass(60_000);
    expect(FakeWebSocket.opened).toHaveLength(1);
    expect(links.at(-1)).toBe('stopped');
  });

  test.each([1006, 4000, 4001, 4002, 4003, 4501])('%i reconnects', async (code) => {
    const ws = await live();
    ws.drop(code);
    await pass(500);
    expect(FakeWebSocket.opened).toHaveLength(2);
  });
});

describe('signs of life', () => {
  test('a ping goes every half heartbeat, and an answer keeps the connection', async () => {
    const ws = await live(20);
    for (let beat = 1; beat <= 6; beat += 1) {
      await pass(10_000);
      expect(ws.sent.filter((frame) => frame.type === 'ping')).toHaveLength(beat);
      ws.receive({ type: 'pong' });
      await pass(1);
    }
    expect(links.at(-1)).toBe('live');
  });

  test('silence for a heartbeat is death', async () => {
    const ws = await live(20);
    await pass(10_000); // asks
    await pass(20_000); // hears nothing
    expect(ws.closed).toBe(true);
    expect(links.at(-1)).toBe('waiting');
  });

  test('a woken phone does not wait for the heartbeat', async () => {
    const ws = await live(60);
    document.dispatchEvent(new Event('visibilitychange'));
    expect(ws.sent.at(-1)).toEqual({ type: 'ping' });
    await pass(4000);
    expect(ws.closed).toBe(true);
  });
});

test('nothing is said without a live connection', async () => {
  expect(socket.send({ type: 'ping' })).toBe(false);
  const ws = await live();
  expect(socket.send({ type: 'ping' })).toBe(true);
  ws.drop();
  expect(socket.send({ type: 'ping' })).toBe(false);
});

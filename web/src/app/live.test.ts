import { QueryClient } from '@tanstack/react-query';
import { HttpResponse, http } from 'msw';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { logKey, membersQuery, roomQuery } from '@/api/keys';
import { useSession } from '@/api/session';
import type { ClientFrame, Room, ServerFrame } from '@/api/types';
import { type Log, logOf } from '@/features/chat';
import { joined, li, member, page, room, roomId, said, wang } from '@/testing/events';
import { FakeWebSocket } from '@/testing/FakeWebSocket';
import { origin, startServer } from '@/testing/server';
import { Live } from './live';

const server = startServer();
let cache: QueryClient;
let live: Live;
let stop: () => void;
let burning: Room[];

const user = { ...wang, username: 'wang', system_role: 'USER' as const };
const log = () => cache.getQueryData<Log>(logKey(roomId));
const seqs = () => log()?.newest.entries.map(({ event }) => event.seq);
const someLog = (head: number) => logOf(page(Array.from({ length: head }, (_, i) => said(i + 1))));
const subscribed = () =>
  FakeWebSocket.last.receive({ type: 'subscribed', room_id: roomId, head_seq: 3, epoch: 1 });
const activity = (of: Room): ServerFrame => ({
  type: 'room_activity',
  room: of,
  head_seq: 1,
  posted: [],
  member_count: 2,
  renewed: true,
});
const sent = (type: ClientFrame['type']) => FakeWebSocket.last.sent.filter((frame) => frame.type === type);
const firstSent = () =>
  vi.waitFor(() => {
    expect(sent('send_message')).not.toEqual([]);
    return sent('send_message');
  });
const opened = (count: number) => vi.waitFor(() => expect(FakeWebSocket.opened).toHaveLength(count), 20_000);

beforeEach(async () => {
  vi.stubGlobal('WebSocket', FakeWebSocket);
  FakeWebSocket.opened.length = 0;
  server.use(
    http.post(`${origin}/api/ws/ticket`, () =>
      HttpResponse.json({ ticket: 't', expires_in: 30 }, { status: 201 }),
    ),
    http.get(`${origin}/api/rooms`, () =>
      HttpResponse.json({ rooms: burning, total: burning.length, limit: 100, offset: 0 }),
    ),
  );
  burning = [];
  cache = new QueryClient();
  cache.setQueryData(logKey(roomId), someLog(3));
  cache.setQueryData(roomQuery(roomId).queryKey, room({ head_seq: 3, member_count: 1 }));
  cache.setQueryData(membersQuery(roomId).queryKey, { members: [member(wang, 'OWNER')] });
  live = new Live(cache, 'ws://plant/api/ws');
  useSession.setState({ phase: 'signed-in', user });
  stop = live.start();
  await opened(1);
  FakeWebSocket.last.ready();
});

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

describe('F-RT-10 coming back', () => {
  test('a room is subscribed after the last seq that the page has', () => {
    live.watch(roomId);
    expect(sent('subscribe')).toEqual([{ type: 'subscribe', room_id: roomId, after_seq: 3 }]);
  });

  test('after a reconnect it goes on from where it was, and what comes twice is shown once', async () => {
    live.watch(roomId);
    subscribed();
    FakeWebSocket.last.receive(said(4), said(5));
    FakeWebSocket.last.drop();
    live.reconnect();
    await opened(2);
    FakeWebSocket.last.ready();
    expect(sent('subscribe')).toEqual([{ type: 'subscribe', room_id: roomId, after_seq: 5 }]);
    FakeWebSocket.last.receive(said(5), said(6), said(6));
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('UX 9: a server that leaves costs nothing: every open room goes on, and what had no ack goes again, once', async () => {
    const other = '0192f0c1-0000-7000-8000-000000000002';
    cache.setQueryData(logKey(other), someLog(8));
    live.watch(roomId);
    live.watch(other);
    await live.outbox.add(roomId, { text: '先關總閥' });
    await live.outbox.add(roomId, { text: '再確認壓力' });
    const [first] = await firstSent();
    FakeWebSocket.last.receive({ type: 'bye', code: 4000, reason: 'drain', reconnect_after_ms: 1 });
    FakeWebSocket.last.drop(4000);
    expect(live.store.getState()).toMatchObject({ link: 'waiting', wasLive: true });
    expect(live.outbox.store.getState().items.map((item) => item.state)).toEqual(['waiting', 'waiting']);
    await opened(2);
    FakeWebSocket.last.ready();
    expect(sent('subscribe')).toEqual([
      { type: 'subscribe', room_id: roomId, after_seq: 3 },
      { type: 'subscribe', room_id: other, after_seq: 8 },
    ]);
    expect(await firstSent()).toEqual([first]); // the same client_msg_id; the second waits its turn
    const id = first?.type === 'send_message' ? first.client_msg_id : '';
    FakeWebSocket.last.receive(said(4, wang, undefined, { client_msg_id: id }));
    await vi.waitFor(() => expect(sent('send_message')).toHaveLength(2));
    expect(sent('send_message')[1]).toMatchObject({ text: '再確認壓力' });
  });

  test('a hole is not shown but asked for, once', () => {
    live.watch(roomId);
    subscribed();
    FakeWebSocket.last.receive(said(6), said(7));
    expect(seqs()).toEqual([1, 2, 3]);
    expect(sent('subscribe')).toHaveLength(2);
    expect(sent('subscribe')[1]).toMatchObject({ after_seq: 3 });
    FakeWebSocket.last.receive(said(4), said(5), said(6), said(7));
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('a reset forgets what is old and shows what follows', () => {
    live.watch(roomId);
    FakeWebSocket.last.receive({ type: 'reset', room_id: roomId, from_seq: 500, head_seq: 502 });
    subscribed();
    FakeWebSocket.last.receive(said(501), said(502));
    expect(log()?.newest).toMatchObject({ lo: 501, hi: 502 });
    expect(seqs()).toEqual([501, 502]);
  });

  test('a room that nobody looks at any more is left', () => {
    const leave = live.watch(roomId);
    leave();
    expect(sent('unsubscribe')).toEqual([{ type: 'unsubscribe', room_id: roomId }]);
  });
});

describe('events change what is known', () => {
  test('who came in is in the list of members, and counted once', () => {
    live.watch(roomId);
    FakeWebSocket.last.receive(joined(4, li, 'EDITOR'), joined(4, li, 'EDITOR'));
    expect(cache.getQueryData(membersQuery(roomId).queryKey)).toMatchObject({
      members: [{ name: '王小明' }, { name: '李工', role: 'EDITOR' }],
    });
    expect(cache.getQueryData(roomQuery(roomId).queryKey)).toMatchObject({ head_seq: 4, member_count: 2 });
  });

  test('a room that was read after an event is not changed by it', () => {
    cache.setQueryData(roomQuery(roomId).queryKey, room({ head_seq: 4, member_count: 2 }));
    live.watch(roomId);
    FakeWebSocket.last.receive(joined(4, li, 'EDITOR'));
    expect(cache.getQueryData(roomQuery(roomId).queryKey)).toMatchObject({ member_count: 2 });
  });
});

describe('a CRITICAL incident that is new', () => {
  const called = () => live.alarm.store.getState().rooms.map((one) => one.room_id);
  const fresh = room({ room_id: 'new', created_by: li });

  test('is called for as it is told', async () => {
    await vi.waitFor(() => expect(cache.isFetching()).toBe(0));
    FakeWebSocket.last.receive(activity(fresh));
    expect(called()).toEqual(['new']);
  });

  test('is called for on the way back when it was declared meanwhile', async () => {
    await vi.waitFor(() => expect(cache.isFetching()).toBe(0));
    burning = [fresh];
    FakeWebSocket.last.drop();
    await opened(2);
    FakeWebSocket.last.ready();
    await vi.waitFor(() => expect(called()).toEqual(['new']));
  });
});

describe('my messages', () => {
  test('go out over the socket and are forgotten when the log has them', async () => {
    live.watch(roomId);
    await live.outbox.add(roomId, { text: '先關總閥' });
    const [frame] = await firstSent();
    expect(frame).toMatchObject({ room_id: roomId, text: '先關總閥' });
    const id = frame?.type === 'send_message' ? frame.client_msg_id : '';
    FakeWebSocket.last.receive(said(4, wang, undefined, { client_msg_id: id }));
    expect(live.outbox.store.getState().items).toEqual([]);
  });

  test('that the log had when one came back are no longer on their way', async () => {
    await live.outbox.add(roomId, { text: '走之前' });
    const [frame] = await firstSent();
    const id = frame?.type === 'send_message' ? frame.client_msg_id : '';
    FakeWebSocket.last.receive({
      type: 'ack',
      room_id: roomId,
      client_msg_id: id,
      message_id: 'm',
      seq: 4,
      at: '2026-07-18T06:00:00Z',
    });
    expect(live.outbox.store.getState().items).toHaveLength(1);
    const events = [said(1), said(2), said(3), said(4, wang, undefined, { client_msg_id: id })];
    cache.setQueryData(logKey(roomId), logOf(page(events)));
    live.watch(roomId);
    expect(live.outbox.store.getState().items).toEqual([]);
  });

  test('leave nothing behind for the next user', async () => {
    await live.outbox.add(roomId, { text: '機密' });
    useSession.setState({ phase: 'signed-out', user: undefined });
    expect(live.outbox.store.getState().items).toEqual([]);
    expect(log()).toBeUndefined();
    expect(FakeWebSocket.last.closed).toBe(true);
  });
});

// @vitest-environment node
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ErrorCode, SendMessageFrame } from '@/api/types';
import { said, wang } from '@/testing/events';
import { Outbox, unconfirmedAfter } from './outbox';

const room = 'r1';
let connected: boolean;
let sent: SendMessageFrame[];
let outbox: Outbox;

beforeEach(() => {
  vi.useFakeTimers();
  connected = true;
  sent = [];
  outbox = new Outbox((frame) => {
    if (connected) sent.push(frame);
    return connected;
  });
});
afterEach(() => vi.useRealTimers());

const texts = () => sent.map((frame) => frame.text);
const states = () => outbox.store.getState().items.map((item) => `${item.text} ${item.state}`);
const idOf = (text: string) =>
  outbox.store.getState().items.find((item) => item.text === text)?.clientMsgId ?? '';
const ack = (text: string) =>
  outbox.take(
    {
      type: 'ack',
      room_id: room,
      client_msg_id: idOf(text),
      message_id: 'm',
      seq: 1,
      at: '2026-07-18T00:00:00Z',
    },
    wang.user_id,
  );
const refuse = (text: string, code: ErrorCode, retryable: boolean, after?: number) =>
  outbox.take(
    {
      type: 'error',
      code,
      detail: '',
      retryable,
      retry_after_ms: after,
      room_id: room,
      client_msg_id: idOf(text),
    },
    wang.user_id,
  );
const write = (...all: string[]) => {
  for (const text of all) outbox.add(room, { text });
};

describe('order', () => {
  test('one is on its way at a time, so nothing can overtake', () => {
    write('a', 'b', 'c');
    expect(texts()).toEqual(['a']);
    ack('a');
    expect(texts()).toEqual(['a', 'b']);
  });

  test('rooms do not wait for each other', () => {
    outbox.add('r1', { text: 'a' });
    outbox.add('r2', { text: 'b' });
    expect(texts()).toEqual(['a', 'b']);
  });

  test('UX 7: what failed goes first when something new is written', async () => {
    write('a', 'b');
    await vi.advanceTimersByTimeAsync(unconfirmedAfter);
    expect(states()).toEqual(['a failed', 'b failed']);
    sent = [];
    write('c');
    for (const text of ['a', 'b', 'c']) ack(text);
    expect(texts()).toEqual(['a', 'b', 'c']);
  });
});

describe('F-RT-09 retries', () => {
  test('after a reconnect everything without an ack goes again, in order, with the same ids', () => {
    write('a', 'b');
    const first = idOf('a');
    connected = false;
    outbox.disconnected();
    write('c');
    connected = true;
    sent = [];
    outbox.connected();
    for (const text of ['a', 'b', 'c']) ack(text);
    expect(texts()).toEqual(['a', 'b', 'c']);
    expect(sent[0]?.client_msg_id).toBe(first);
  });

  test('a retryable refusal waits as long as it was told, with the same id', async () => {
    write('a', 'b');
    refuse('a', 'rate_limited', true, 3000);
    await vi.advanceTimersByTimeAsync(2999);
    expect(texts()).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(1);
    expect(texts()).toEqual(['a', 'a']);
    expect(sent[0]?.client_msg_id).toBe(sent[1]?.client_msg_id);
  });

  test('a refusal for good stops that message only', () => {
    write('a', 'b');
    refuse('a', 'invalid', false);
    expect(states()).toEqual(['a failed', 'b sent']);
  });

  test('a refused message is not sent again by itself', () => {
    write('a');
    refuse('a', 'forbidden', false);
    sent = [];
    outbox.connected();
    write('b');
    expect(texts()).toEqual(['b']);
    outbox.discard(idOf('a'));
    expect(states()).toEqual(['b sent']);
  });

  test('somebody may insist', () => {
    write('a');
    refuse('a', 'forbidden', false);
    outbox.retry(idOf('a'));
    expect(states()).toEqual(['a sent']);
  });
});

describe('UX 5 time', () => {
  test('unconfirmed for 15 seconds is failed, with what waits behind it', async () => {
    write('a', 'b');
    await vi.advanceTimersByTimeAsync(unconfirmedAfter - 1);
    expect(states()).toEqual(['a sent', 'b waiting']);
    await vi.advanceTimersByTimeAsync(1);
    expect(states()).toEqual(['a failed', 'b failed']);
  });

  test('without a connection nothing fails: it waits', async () => {
    write('a');
    connected = false;
    outbox.disconnected();
    await vi.advanceTimersByTimeAsync(10 * unconfirmedAfter);
    expect(states()).toEqual(['a waiting']);
  });

  test('a late ack of a failed message is still an ack', async () => {
    write('a');
    await vi.advanceTimersByTimeAsync(unconfirmedAfter);
    ack('a');
    expect(states()).toEqual(['a stored']);
  });
});

describe('the log has the last word', () => {
  const event = (text: string) => said(1, wang, '2026-07-18T00:00:00Z', { client_msg_id: idOf(text), text });

  test('a message that is in the log is no longer here', () => {
    write('a');
    ack('a');
    expect(states()).toEqual(['a stored']);
    outbox.take(event('a'), wang.user_id);
    expect(states()).toEqual([]);
  });

  test('also when its event overtakes the ack, and the next goes', () => {
    write('a', 'b');
    outbox.take({ ...event('a'), room_id: room }, wang.user_id);
    expect(states()).toEqual(['b sent']);
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ErrorCode, SendMessageFrame } from '@/api/types';
import { said, wang } from '@/testing/events';
import {
  forgottenAfter,
  Outbox,
  type OutboxParts,
  type Pending,
  staleAfter,
  unconfirmedAfter,
} from './outbox';

const room = 'r1';
let connected: boolean;
let sent: SendMessageFrame[];
let outbox: Outbox;
let kept: Map<string, Pending>;

/** A device that keeps what it is given. */
const shelf = {
  put: async (_: string, id: string, { message }: Record<string, unknown>) => {
    kept.set(id, structuredClone(message) as Pending);
    return true;
  },
  all: async <T>(): Promise<T[] | undefined> => [...kept.values()] as T[],
  drop: async (_: string, id: string) => {
    kept.delete(id);
  },
};

function newOutbox(claim: OutboxParts['claim'] = async () => () => undefined): Outbox {
  const send = (frame: SendMessageFrame) => {
    if (connected) sent.push(frame);
    return connected;
  };
  const made = new Outbox({ send, shelf, claim });
  made.start(wang.user_id);
  made.connected();
  return made;
}

/** Lets what is kept be read and written. */
const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  connected = true;
  sent = [];
  kept = new Map();
  outbox = newOutbox();
});
afterEach(() => {
  outbox.stop();
  vi.useRealTimers();
});

const texts = () => sent.map((frame) => frame.text);
const states = () => outbox.store.getState().items.map((item) => `${item.text} ${item.state}`);
const idOf = (text: string) =>
  outbox.store.getState().items.find((item) => item.text === text)?.clientMsgId ?? '';
const ack = async (text: string) => {
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
  await settled();
};
const refuse = async (text: string, code: ErrorCode, retryable: boolean, after?: number) => {
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
  await settled();
};
const write = async (...all: string[]) => {
  for (const text of all) void outbox.add(room, { text });
  await settled();
};

describe('order', () => {
  test('one is on its way at a time, so nothing can overtake', async () => {
    await write('a', 'b', 'c');
    expect(texts()).toEqual(['a']);
    await ack('a');
    expect(texts()).toEqual(['a', 'b']);
  });

  test('rooms do not wait for each other', async () => {
    void outbox.add('r1', { text: 'a' });
    void outbox.add('r2', { text: 'b' });
    await settled();
    expect(texts()).toEqual(['a', 'b']);
  });

  test('UX 7: what failed goes first when something new is written', async () => {
    await write('a', 'b');
    await vi.advanceTimersByTimeAsync(unconfirmedAfter);
    expect(states()).toEqual(['a failed', 'b failed']);
    sent = [];
    await write('c');
    for (const text of ['a', 'b', 'c']) await ack(text);
    expect(texts()).toEqual(['a', 'b', 'c']);
  });
});

describe('F-RT-09 retries', () => {
  test('after a reconnect everything without an ack goes again, in order, with the same ids', async () => {
    await write('a', 'b');
    const first = idOf('a');
    connected = false;
    outbox.disconnected();
    await write('c');
    connected = true;
    sent = [];
    outbox.connected();
    await settled();
    for (const text of ['a', 'b', 'c']) await ack(text);
    expect(texts()).toEqual(['a', 'b', 'c']);
    expect(sent[0]?.client_msg_id).toBe(first);
  });

  test('a retryable refusal waits as long as it was told, with the same id', async () => {
    await write('a', 'b');
    await refuse('a', 'rate_limited', true, 3000);
    await vi.advanceTimersByTimeAsync(2990);
    expect(texts()).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(10);
    expect(texts()).toEqual(['a', 'a']);
    expect(sent[0]?.client_msg_id).toBe(sent[1]?.client_msg_id);
  });

  test('a refusal for good stops that message only', async () => {
    await write('a', 'b');
    await refuse('a', 'invalid', false);
    expect(states()).toEqual(['a failed', 'b sent']);
  });

  test('a refused message is not sent again by itself', async () => {
    await write('a');
    await refuse('a', 'forbidden', false);
    sent = [];
    outbox.connected();
    await settled();
    await write('b');
    expect(texts()).toEqual(['b']);
    outbox.discard(idOf('a'));
    await settled();
    expect(states()).toEqual(['b sent']);
  });

  test('somebody may insist', async () => {
    await write('a');
    await refuse('a', 'forbidden', false);
    outbox.retry(idOf('a'));
    await settled();
    expect(states()).toEqual(['a sent']);
  });
});

describe('UX 5 time', () => {
  test('unconfirmed for 15 seconds is failed, with what waits behind it', async () => {
    await write('a', 'b');
    await vi.advanceTimersByTimeAsync(unconfirmedAfter - 1);
    expect(states()).toEqual(['a sent', 'b waiting']);
    await vi.advanceTimersByTimeAsync(1);
    expect(states()).toEqual(['a failed', 'b failed']);
  });

  test('without a connection nothing fails: it waits', async () => {
    await write('a');
    connected = false;
    outbox.disconnected();
    await vi.advanceTimersByTimeAsync(10 * unconfirmedAfter);
    expect(states()).toEqual(['a waiting']);
  });

  test('a late ack of a failed message is still an ack', async () => {
    await write('a');
    await vi.advanceTimersByTimeAsync(unconfirmedAfter);
    await ack('a');
    expect(states()).toEqual(['a stored']);
  });
});

describe('the log has the last word', () => {
  const event = (text: string) => said(1, wang, '2026-07-18T00:00:00Z', { client_msg_id: idOf(text), text });

  test('a message that is in the log is no longer here', async () => {
    await write('a');
    await ack('a');
    expect(states()).toEqual(['a stored']);
    outbox.take(event('a'), wang.user_id);
    expect(states()).toEqual([]);
  });

  test('also when its event overtakes the ack, and the next goes', async () => {
    await write('a', 'b');
    outbox.take({ ...event('a'), room_id: room }, wang.user_id);
    expect(states()).toEqual(['b sent']);
  });
});

describe('F-UI-14, UX 8: what is written outlives the page', () => {
  /** The page is gone, without a word to anybody, and another one opens. */
  const reload = async () => {
    outbox.disconnected(); // its timers die with it
    outbox = newOutbox();
    sent = [];
    await settled();
  };

  test('it is on the device before it is shown', async () => {
    let written: () => void = () => undefined;
    const writing = new Promise<void>((done) => {
      written = done;
    });
    const { put: keep } = shelf;
    const put = vi.spyOn(shelf, 'put').mockImplementationOnce(async (...item) => {
      await writing;
      return keep(...item);
    });
    await write('a');
    expect(put).toHaveBeenCalledOnce();
    expect(states()).toEqual([]);
    written();
    await settled();
    expect(states()).toEqual(['a sent']);
  });

  test('a device whose storage hangs holds nothing back, and the page knows that it is not kept', async () => {
    vi.spyOn(shelf, 'put').mockImplementationOnce(() => new Promise(() => undefined));
    await write('a');
    await vi.advanceTimersByTimeAsync(1000);
    expect(states()).toEqual(['a sent']);
    expect(outbox.wouldLose()).toBe(true);
    await ack('a');
    expect(outbox.wouldLose()).toBe(false);
  });

  test('a device that stops answering takes nothing from what is here', async () => {
    connected = false;
    await write('a');
    vi.spyOn(shelf, 'all').mockResolvedValue(undefined);
    connected = true;
    outbox.connected();
    await settled();
    expect(states()).toEqual(['a sent']);
  });

  test('what was not acked goes again after a reload, in order, with the ids of its writing', async () => {
    await write('a', 'b', 'c');
    const ids = outbox.store.getState().items.map((item) => item.clientMsgId);
    await ack('a');
    await reload();
    await ack('b');
    await ack('c');
    expect(sent.map((frame) => frame.client_msg_id)).toEqual(ids.slice(1));
    expect(kept.size).toBe(0);
  });

  test('what the server refused for good, and what is a day old, waits for a decision', async () => {
    await write('a');
    await refuse('a', 'forbidden', false);
    await reload();
    expect(states()).toEqual(['a failed']);
    connected = false;
    await write('b');
    vi.setSystemTime(Date.now() + staleAfter + 1);
    connected = true;
    await reload();
    expect(states()).toEqual(['a failed', 'b failed']);
    expect(texts()).toEqual([]);
    outbox.retry(idOf('b'));
    await settled();
    expect(texts()).toEqual(['b']);
  });

  test('what nobody decides about is forgotten in the end', async () => {
    connected = false;
    await write('a');
    vi.setSystemTime(Date.now() + forgottenAfter + 1);
    await reload();
    expect(states()).toEqual([]);
    expect(kept.size).toBe(0);
  });

  test('what is discarded does not come back', async () => {
    connected = false;
    await write('a');
    outbox.discard(idOf('a'));
    await reload();
    expect(states()).toEqual([]);
  });

  test('signed out, it stays for its author and is neither shown nor sent', async () => {
    connected = false;
    await write('a');
    outbox.stop();
    connected = true;
    outbox.connected();
    await settled();
    expect(states()).toEqual([]);
    expect(texts()).toEqual([]);
    expect(kept.size).toBe(1);
  });
});

describe('UX 8: several tabs of one person', () => {
  /** Gives each turn to one at a time, as Web Locks do. */
  function locks(): OutboxParts['claim'] {
    const queues = new Map<string, Promise<void>>();
    return async (name, signal) => {
      const before = queues.get(name) ?? Promise.resolve();
      let release: () => void = () => undefined;
      const mine = new Promise<void>((done) => {
        release = done;
      });
      queues.set(name, Promise.race([before.then(() => mine)]));
      await before;
      if (signal.aborted) release();
      signal.throwIfAborted();
      return release;
    };
  }

  test('one sends at a time, and what another tab has sent or discarded is not sent again', async () => {
    outbox.stop();
    const claim = locks();
    outbox = newOutbox(claim);
    await write('a', 'b');
    const other = newOutbox(claim);
    await settled();
    expect(texts()).toEqual(['a']);
    expect(other.store.getState().items.map((item) => item.state)).toEqual(['waiting', 'waiting']);
    void other.add(room, { text: 'c' });
    await settled();
    await ack('a');
    outbox.discard(idOf('b'));
    await settled();
    expect(texts()).toEqual(['a', 'b', 'c']);
    other.stop();
  });

  test('a tab that loses its connection hands over what it has not sent', async () => {
    outbox.stop();
    const claim = locks();
    outbox = newOutbox(claim);
    await write('a', 'b');
    const other = newOutbox(claim);
    await settled();
    const [first] = sent;
    outbox.disconnected();
    await settled();
    expect(texts()).toEqual(['a', 'a']);
    expect(sent[1]?.client_msg_id).toBe(first?.client_msg_id);
    other.stop();
  });
});

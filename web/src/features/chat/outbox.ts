import { createStore } from 'zustand/vanilla';
import { backoff } from '@/api/backoff';
import { randomId } from '@/api/id';
import type { Trouble } from '@/api/problem';
import type { Mentions, SendMessageFrame, ServerFrame } from '@/api/types';

/**
 * `waiting`: has its turn later. `sent`: on its way, the ack is awaited.
 * `stored`: acked, its event is awaited. `failed`: somebody must decide.
 */
export type PendingState = 'waiting' | 'sent' | 'stored' | 'failed';

/** What somebody has to say. */
export type Said = Pick<SendMessageFrame, 'text' | 'reply_to' | 'mentions'> & {
  message_type?: SendMessageFrame['message_type'];
};

export interface Pending {
  clientMsgId: string;
  roomId: string;
  text: string;
  type?: Said['message_type'];
  replyTo?: string;
  mentions?: Mentions;
  at: number; // when it was written, Unix milliseconds
  state: PendingState;
  trouble?: Trouble; // of a failed one that the server answered; without it nobody knows
}

/** Milliseconds after which a message without an ack is shown as failed (UX 5). */
export const unconfirmedAfter = 15_000;

interface Tries {
  since: number;
  failures: number;
  timer?: ReturnType<typeof setTimeout>;
}

/**
 * What was written and is not yet in the log. Per room one message is on its way
 * at a time, oldest first, so that no failure can change the order; the same
 * client_msg_id goes with every attempt, so that none is stored twice.
 */
export class Outbox {
  readonly store = createStore<{ items: Pending[] }>()(() => ({ items: [] }));
  private readonly tries = new Map<string, Tries>();

  constructor(private readonly send: (frame: SendMessageFrame) => boolean) {}

  add(roomId: string, said: Said): void {
    this.requeue(roomId);
    const item: Pending = {
      clientMsgId: randomId(),
      roomId,
      text: said.text,
      type: said.message_type,
      replyTo: said.reply_to,
      mentions: said.mentions,
      at: Date.now(),
      state: 'waiting',
    };
    this.store.setState(({ items }) => ({ items: [...items, item] }));
    this.pump(roomId);
  }

  /** Tries again; older ones that wait for a decision go first. */
  retry(clientMsgId: string): void {
    const item = this.find(clientMsgId);
    if (item === undefined) return;
    this.change(clientMsgId, { state: 'waiting', trouble: undefined });
    this.requeue(item.roomId);
    this.pump(item.roomId);
  }

  discard(clientMsgId: string): void {
    const item = this.find(clientMsgId);
    this.remove(clientMsgId);
    if (item !== undefined) this.pump(item.roomId);
  }

  /** The connection is live: what has no ack goes again, in order. */
  connected(): void {
    this.disconnected();
    for (const roomId of new Set(this.store.getState().items.map((item) => item.roomId))) {
      this.requeue(roomId);
      this.pump(roomId);
    }
  }

  /** While nobody can answer, nothing times out. */
  disconnected(): void {
    for (const item of this.store.getState().items) {
      this.settle(item.clientMsgId);
      if (item.state === 'sent') this.change(item.clientMsgId, { state: 'waiting' });
    }
  }

  /** The room's log was reset: what is stored lies before it and will not be seen in it. */
  forgetStored(roomId: string): void {
    for (const item of this.ofRoom(roomId)) if (item.state === 'stored') this.remove(item.clientMsgId);
  }

  clear(): void {
    for (const item of this.store.getState().items) this.remove(item.clientMsgId);
  }

  /** Takes what the server says about a message of ours. */
  take(frame: ServerFrame, me: string): void {
    if (frame.type === 'ack') {
      this.settle(frame.client_msg_id);
      this.change(frame.client_msg_id, { state: 'stored', trouble: undefined });
      this.pump(frame.room_id);
    } else if (frame.type === 'message' && frame.message.author.user_id === me) {
      const id = frame.message.client_msg_id;
      if (id === undefined || this.find(id) === undefined) return;
      this.remove(id);
      this.pump(frame.room_id);
    } else if (frame.type === 'error' && frame.client_msg_id !== undefined) {
      this.refused(frame.client_msg_id, frame);
    }
  }

  private refused(id: string, frame: Extract<ServerFrame, { type: 'error' }>): void {
    const item = this.find(id);
    if (item === undefined || item.state === 'stored') return;
    const trouble: Trouble = {
      code: frame.code,
      detail: frame.detail,
      status: 0,
      retryable: frame.retryable,
    };
    const tries = this.tries.get(id) ?? { since: Date.now(), failures: 0 };
    clearTimeout(tries.timer);
    if (!frame.retryable) {
      this.settle(id);
      this.change(id, { state: 'failed', trouble });
      this.pump(item.roomId);
      return;
    }
    const delay = frame.retry_after_ms ?? backoff(tries.failures);
    if (Date.now() + delay - tries.since > unconfirmedAfter) {
      this.giveUp(item, trouble);
      return;
    }
    const timer = setTimeout(() => {
      this.change(id, { state: 'waiting' });
      this.pump(item.roomId);
    }, delay);
    this.tries.set(id, { since: tries.since, failures: tries.failures + 1, timer });
  }

  /** Stops the room's whole queue: what was written later must not overtake. */
  private giveUp(item: Pending, trouble?: Trouble): void {
    this.settle(item.clientMsgId);
    this.change(item.clientMsgId, { state: 'failed', trouble });
    for (const next of this.ofRoom(item.roomId)) {
      if (next.state === 'waiting') this.change(next.clientMsgId, { state: 'failed', trouble });
    }
  }

  /** Failed ones get another turn, except those that the server will never take. */
  private requeue(roomId: string): void {
    for (const item of this.ofRoom(roomId)) {
      const hopeless = item.trouble !== undefined && !item.trouble.retryable;
      if (item.state === 'failed' && !hopeless) {
        this.change(item.clientMsgId, { state: 'waiting', trouble: undefined });
      }
    }
  }

  private pump(roomId: string): void {
    const items = this.ofRoom(roomId);
    if (items.some((item) => item.state === 'sent')) return;
    const next = items.find((item) => item.state === 'waiting');
    if (next === undefined) return;
    const id = next.clientMsgId;
    const sent = this.send({
      type: 'send_message',
      room_id: roomId,
      client_msg_id: id,
      text: next.text,
      message_type: next.type ?? 'TEXT',
      reply_to: next.replyTo,
      mentions: next.mentions,
    });
    if (!sent) return;
    const tries = this.tries.get(id) ?? { since: Date.now(), failures: 0 };
    clearTimeout(tries.timer);
    const left = Math.max(0, tries.since + unconfirmedAfter - Date.now());
    const timer = setTimeout(() => this.giveUp(next), left);
    this.tries.set(id, { ...tries, timer });
    this.change(id, { state: 'sent' });
  }

  private ofRoom(roomId: string): Pending[] {
    return this.store.getState().items.filter((item) => item.roomId === roomId);
  }

  private find(id: string): Pending | undefined {
    return this.store.getState().items.find((item) => item.clientMsgId === id);
  }

  private change(id: string, change: Partial<Pending>): void {
    this.store.setState(({ items }) => ({
      items: items.map((item) => (item.clientMsgId === id ? { ...item, ...change } : item)),
    }));
  }

  private remove(id: string): void {
    this.settle(id);
    this.store.setState(({ items }) => ({ items: items.filter((item) => item.clientMsgId !== id) }));
  }

  private settle(id: string): void {
    clearTimeout(this.tries.get(id)?.timer);
    this.tries.delete(id);
  }
}

import { createStore } from 'zustand/vanilla';
import { backoff } from '@/api/backoff';
import { randomId } from '@/api/id';
import type { Trouble } from '@/api/problem';
import type { Mentions, SendMessageFrame, ServerFrame } from '@/api/types';
import type { Shelf } from '@/device/shelf';
import { shelfPatience, soon } from '@/device/soon';
import type { Release } from '@/device/turn';

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
  at: number; // its place in the order of writing: about when, Unix milliseconds
  state: PendingState;
  trouble?: Trouble; // of a failed one that the server answered; without it nobody knows
  seq?: number; // of a stored one
  kept: boolean; // on this device, so that it outlives the page
}

/** Milliseconds after which a message without an ack is shown as failed (UX 5). */
export const unconfirmedAfter = 15_000;
/** Milliseconds after which what was written is no longer sent by itself: its moment may have passed. */
export const staleAfter = 24 * 3600_000;
/** Milliseconds after which what nobody decides about is forgotten. */
export const forgottenAfter = 30 * 24 * 3600_000;

interface Tries {
  since: number;
  failures: number;
  timer?: ReturnType<typeof setTimeout>;
}

/** The right to send in a room, asked for and, once there is a release, had. */
interface Turn {
  abort: AbortController;
  release?: Release;
}

/** What the outbox works with. */
export interface OutboxParts {
  /** False when there is no live connection. */
  send: (frame: SendMessageFrame) => boolean;
  shelf: Pick<Shelf, 'put' | 'all' | 'drop'>;
  claim: (name: string, signal: AbortSignal) => Promise<Release>;
}

/**
 * What was written and is not yet in the log. It is on this device before it is shown, and
 * there until the server has it, so that it outlives the page (F-UI-14). Per room one
 * message is on its way at a time, oldest first, so that no failure can change the order,
 * and one tab sends; the same client_msg_id goes with every attempt, so that none is
 * stored twice.
 */
export class Outbox {
  readonly store = createStore<{ items: Pending[] }>()(() => ({ items: [] }));
  private readonly tries = new Map<string, Tries>();
  private readonly turns = new Map<string, Turn>();
  private readonly over = new Set<string>(); // what is read from the shelf too late must not come back
  private user: string | undefined;
  private session = new AbortController(); // ends with the user's
  private live = false;
  private lastAt = 0;

  constructor(private readonly parts: OutboxParts) {}

  /** Goes on with what this user has written. */
  start(user: string): void {
    if (this.user === user) return;
    this.stop();
    this.user = user;
    this.session = new AbortController();
    document.addEventListener('visibilitychange', this.look);
    void this.restore();
  }

  /** Ends all that runs; what is kept stays on this device, for its author alone. */
  stop(): void {
    document.removeEventListener('visibilitychange', this.look);
    this.session.abort();
    for (const id of [...this.tries.keys()]) this.settle(id);
    for (const roomId of [...this.turns.keys()]) this.leave(roomId);
    this.store.setState({ items: [] });
    this.user = undefined;
  }

  /** Resolves when it is kept and shown. */
  async add(roomId: string, said: Said): Promise<void> {
    const { user, session } = this;
    if (user === undefined) return;
    this.lastAt = Math.max(Date.now(), this.lastAt + 1);
    const item: Pending = {
      clientMsgId: randomId(),
      roomId,
      text: said.text,
      type: said.message_type,
      replyTo: said.reply_to,
      mentions: said.mentions,
      at: this.lastAt,
      state: 'waiting',
      kept: true,
    };
    item.kept = await soon(this.keep(user, item), shelfPatience, false);
    if (session.signal.aborted) return;
    this.requeue(roomId);
    this.insert([item]);
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
    this.end(clientMsgId);
    if (item !== undefined) this.pump(item.roomId);
  }

  /** The connection is live: what has no ack goes again, in order. */
  connected(): void {
    this.disconnected();
    this.live = true;
    for (const roomId of this.rooms()) {
      this.requeue(roomId);
      this.pump(roomId);
    }
    void this.restore(); // of a tab that was closed
  }

  /** While nobody can answer, nothing times out. */
  disconnected(): void {
    this.live = false;
    for (const item of this.store.getState().items) {
      this.settle(item.clientMsgId);
      if (item.state === 'sent') this.change(item.clientMsgId, { state: 'waiting' });
    }
    for (const roomId of [...this.turns.keys()]) this.leave(roomId);
  }

  /** What is stored up to `seq` is in the log, or lies before what is read of it. */
  reached(roomId: string, seq: number): void {
    for (const item of this.ofRoom(roomId)) {
      if (item.state === 'stored' && (item.seq ?? 0) <= seq) this.end(item.clientMsgId);
    }
  }

  /** Whether something of this person would be gone with the page. */
  wouldLose(): boolean {
    return this.store.getState().items.some(({ state, kept }) => !kept && state !== 'stored');
  }

  /** Takes what the server says about a message of ours. */
  take(frame: ServerFrame, me: string): void {
    if (frame.type === 'ack') {
      const id = frame.client_msg_id;
      this.settle(id);
      this.change(id, { state: 'stored', trouble: undefined, seq: frame.seq });
      if (this.find(id) !== undefined) this.unkeep(id);
      this.pump(frame.room_id);
    } else if (frame.type === 'message' && frame.message.author.user_id === me) {
      const id = frame.message.client_msg_id;
      if (id === undefined || this.find(id) === undefined) return;
      this.end(id);
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
      this.note(id);
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

  /** Failed ones get another turn, except those that the server will never take, and very old ones. */
  private requeue(roomId: string): void {
    for (const item of this.ofRoom(roomId)) {
      if (item.state === 'failed' && !hopeless(item)) {
        this.change(item.clientMsgId, { state: 'waiting', trouble: undefined });
      }
    }
  }

  private pump(roomId: string): void {
    if (!this.live) return;
    const items = this.ofRoom(roomId);
    if (items.some((item) => item.state === 'sent')) return;
    const next = items.find((item) => item.state === 'waiting');
    if (next === undefined) {
      this.leave(roomId);
      return;
    }
    if (this.turns.get(roomId)?.release === undefined) {
      void this.enter(roomId);
      return;
    }
    const id = next.clientMsgId;
    const sent = this.parts.send({
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

  /** Waits until no other tab sends in the room, then sends what is left, also of other tabs. */
  private async enter(roomId: string): Promise<void> {
    const { user } = this;
    if (user === undefined || this.turns.has(roomId)) return;
    const turn: Turn = { abort: new AbortController() };
    this.turns.set(roomId, turn);
    const name = `outbox.${user}.${roomId}`;
    const release = await this.parts.claim(name, turn.abort.signal).catch(() => undefined);
    const kept = await this.kept(user);
    if (this.turns.get(roomId) !== turn || release === undefined) {
      release?.();
      return;
    }
    turn.release = release;
    this.merge(kept);
    this.pump(roomId);
  }

  private leave(roomId: string): void {
    const turn = this.turns.get(roomId);
    this.turns.delete(roomId);
    turn?.abort.abort();
    turn?.release?.();
  }

  private readonly look = (): void => {
    if (document.visibilityState === 'visible') void this.restore();
  };

  private async restore(): Promise<void> {
    const { user, session } = this;
    if (user === undefined) return;
    const kept = await this.kept(user);
    if (session.signal.aborted) return;
    this.merge(kept);
    for (const roomId of this.rooms()) this.pump(roomId);
  }

  /** What is on the shelf is what is to be sent: another tab may have added, sent or discarded some. */
  private merge(kept: Pending[] | undefined): void {
    if (kept === undefined) return; // the device does not say: what is here is all there is
    const there = new Set(kept.map((item) => item.clientMsgId));
    for (const item of this.store.getState().items) {
      const idle = item.state === 'waiting' || item.state === 'failed';
      if (item.kept && idle && !there.has(item.clientMsgId)) this.forget(item.clientMsgId);
    }
    this.insert(kept.filter(({ clientMsgId: id }) => !this.over.has(id)));
  }

  private async kept(user: string): Promise<Pending[] | undefined> {
    const now = Date.now();
    const all = await this.parts.shelf.all<Pending>(user, 'message');
    const old = (all ?? []).filter((item) => now - item.at > forgottenAfter);
    for (const item of old) void this.parts.shelf.drop(user, item.clientMsgId, ['message']);
    return all
      ?.filter((item) => !old.includes(item))
      .map((item) => ({ ...item, state: hopeless(item) ? 'failed' : 'waiting' }));
  }

  private keep(user: string, item: Pending): Promise<boolean> {
    return this.parts.shelf.put(user, item.clientMsgId, { message: item });
  }

  private note(id: string): void {
    const item = this.find(id);
    if (this.user !== undefined && item?.kept) void this.keep(this.user, item);
  }

  private unkeep(id: string): void {
    this.over.add(id);
    if (this.user !== undefined) void this.parts.shelf.drop(this.user, id, ['message']);
  }

  private insert(found: Pending[]): void {
    const more = found.filter(({ clientMsgId }) => this.find(clientMsgId) === undefined);
    if (more.length === 0) return;
    this.store.setState(({ items }) => ({ items: [...items, ...more].toSorted((a, b) => a.at - b.at) }));
  }

  private rooms(): Set<string> {
    return new Set(this.store.getState().items.map((item) => item.roomId));
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

  /** It is sent, or discarded. */
  private end(id: string): void {
    this.unkeep(id);
    this.forget(id);
  }

  private forget(id: string): void {
    this.settle(id);
    this.store.setState(({ items }) => ({ items: items.filter((item) => item.clientMsgId !== id) }));
  }

  private settle(id: string): void {
    clearTimeout(this.tries.get(id)?.timer);
    this.tries.delete(id);
  }
}

/** Only its author can say whether it is worth another try. */
function hopeless({ trouble, at }: Pending): boolean {
  return (trouble !== undefined && !trouble.retryable) || Date.now() - at > staleAfter;
}

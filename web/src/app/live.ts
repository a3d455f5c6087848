import type { QueryClient } from '@tanstack/react-query';
import { createStore } from 'zustand/vanilla';
import { backoff } from '@/api/backoff';
import { api } from '@/api/client';
import { checklistQuery, logKey, membersQuery, pinsQuery, roomListKey, roomQuery } from '@/api/keys';
import { refresh, useSession } from '@/api/session';
import { type Link, Socket, type TicketResult } from '@/api/socket';
import type { ServerFrame } from '@/api/types';
import { readyToRing, ring } from '@/device/ring';
import { Shelf } from '@/device/shelf';
import { claim } from '@/device/turn';
import { Drafts, emptyAfter, type Log, Outbox, Reading, Typing } from '@/features/chat';
import { end, isStored, Kept, send, Trays, Uploads } from '@/features/files';
import { Alarm, burningQuery } from './alarm';
import { fold, foldPreview, isRoomEvent } from './fold';
import { foldActivity, foldRead } from './foldList';
import { LastRooms } from './lastRooms';
import { forgetPresence, takePresence } from './usePresence';

interface Watched {
  watchers: number;
  /** `asked`: subscribed again after a hole; until the answer, what comes is still the old stream. */
  state: 'out' | 'asked' | 'in';
  failures: number;
  retry?: ReturnType<typeof setTimeout>;
}

interface LinkState {
  link: Link;
  closeCode?: number;
  /** On the way back from a connection that was live. */
  wasLive: boolean;
  /** When it was live last; nothing while it is, and before it first was. Unix milliseconds. */
  since?: number;
}

/** Milliseconds between refreshes of the room list, however much happens in rooms. */
const listPause = 2000;

/**
 * The living part of a tab: one socket for all its rooms, what is on its way out,
 * and the way of every incoming frame into the query cache.
 */
export class Live {
  readonly store = createStore<LinkState>()(() => ({ link: 'stopped', wasLive: false }));
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly last: LastRooms;
  readonly alarm = new Alarm(() => void ring());
  private readonly kept = new Kept();
  readonly trays = new Trays(this.kept, new BroadcastChannel('task-reporter.trays'));
  readonly uploads = new Uploads({
    ...{ send, isStored, end, claim },
    kept: this.kept,
    isShown: (roomId) => this.rooms.has(roomId),
    say: (roomId, text) => void this.outbox.add(roomId, { text }),
  });
  readonly typing = new Typing((roomId) => this.socket.send({ type: 'typing', room_id: roomId }));
  readonly reading = new Reading((roomId, seq) => this.sendRead(roomId, seq));
  private readonly socket: Socket;
  private readonly written = new Shelf('task-reporter-written'); // one for both: what is sent is there before its draft is gone
  private user: string | undefined;
  private readonly rooms = new Map<string, Watched>();
  private listTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly cache: QueryClient,
    url = `${window.location.origin.replace(/^http/, 'ws')}/api/ws`,
  ) {
    this.socket = new Socket({
      url,
      ticket: requestTicket,
      renew: refresh,
      onLink: (link, closeCode) => this.linked(link, closeCode),
      onFrame: (frame) => this.take(frame),
    });
    const shelf = this.written;
    this.outbox = new Outbox({ send: (frame) => this.socket.send(frame), shelf, claim });
    this.drafts = new Drafts(shelf, new BroadcastChannel('task-reporter.drafts'));
    this.last = new LastRooms(
      cache,
      () => this.store.getState().link === 'live',
      new Shelf('task-reporter-rooms'),
    );
  }

  /** Follows the session: a socket while somebody is signed in, nothing of theirs afterwards. */
  start(): () => void {
    const follow = (): void => {
      const { phase, user, left = false } = useSession.getState();
      const now = phase === 'signed-in' ? user?.user_id : undefined;
      if (phase === 'signed-out' || (this.user !== undefined && this.user !== now)) this.signedOut(left);
      if (now !== undefined && now !== this.user) this.signedIn(now);
    };
    follow();
    const unsubscribe = useSession.subscribe(follow);
    const unready = readyToRing();
    return () => {
      unsubscribe();
      unready();
      this.leave();
      this.last.stop(false);
    };
  }

  private signedIn(user: string): void {
    this.user = user;
    this.outbox.start(user);
    this.trays.start(user);
    this.uploads.start(user);
    this.last.start(user);
    this.alarm.start(user);
    void this.drafts.start(user);
    this.socket.start();
  }

  /** What was written waits for its author on this device, unless they have left it for good. */
  private signedOut(left: boolean): void {
    const { user } = this;
    if (left && user !== undefined) void this.written.dropAll(user);
    this.uploads.stop(left);
    this.leave();
    this.last.stop(true);
    this.typing.clear();
    this.reading.clear();
    this.cache.clear();
    this.store.setState({ since: undefined });
  }

  private leave(): void {
    this.user = undefined;
    this.socket.stop();
    this.outbox.stop();
    this.drafts.stop();
    this.trays.stop();
    this.uploads.stop();
    this.alarm.stop();
  }

  /** Whether something that somebody did here would be gone with the page. */
  wouldLose(): boolean {
    return this.outbox.wouldLose() || this.uploads.wouldLose() || this.trays.wouldLose();
  }

  reconnect(): void {
    this.socket.reconnect();
  }

  /** Keeps a loaded log up to date until the returned function is called. */
  watch(roomId: string): () => void {
    const watched = this.rooms.get(roomId) ?? { watchers: 0, state: 'out' as const, failures: 0 };
    watched.watchers += 1;
    this.rooms.set(roomId, watched);
    if (watched.watchers === 1) {
      this.settle(roomId);
      this.subscribe(roomId);
    }
    return () => {
      watched.watchers -= 1;
      if (watched.watchers > 0) return;
      clearTimeout(watched.retry);
      this.rooms.delete(roomId);
      this.uploads.forgetStored(roomId);
      forgetPresence(roomId);
      this.socket.send({ type: 'unsubscribe', room_id: roomId });
    };
  }

  /** What I have read is read here at once; the server tells the others, and my other tabs. */
  private sendRead(roomId: string, seq: number): boolean {
    const me = useSession.getState().user?.user_id ?? '';
    if (!this.socket.send({ type: 'read', room_id: roomId, seq })) return false;
    const at = new Date().toISOString();
    foldRead(this.cache, { type: 'read', room_id: roomId, readers: [{ user_id: me, seq, at }] }, me);
    return true;
  }

  /** A log that was fetched may hold what was still on its way when somebody left the room. */
  private settle(roomId: string): void {
    const me = useSession.getState().user?.user_id ?? '';
    const log = this.cache.getQueryData<Log>(logKey(roomId));
    if (log === undefined) return;
    for (const { event } of log.newest.entries) {
      this.outbox.take(event, me);
      this.uploads.take(event);
    }
    this.outbox.reached(roomId, log.newest.hi);
  }

  private subscribe(roomId: string): void {
    const watched = this.rooms.get(roomId);
    const log = this.cache.getQueryData<Log>(logKey(roomId));
    if (watched === undefined || log === undefined) return;
    clearTimeout(watched.retry);
    const sent = this.socket.send({ type: 'subscribe', room_id: roomId, after_seq: log.newest.hi });
    watched.state = sent ? 'asked' : 'out';
  }

  private linked(link: Link, closeCode?: number): void {
    const before = this.store.getState();
    const away = link === 'waiting' || link === 'connecting';
    this.store.setState({
      link,
      closeCode,
      wasLive: away && (before.wasLive || before.link === 'live'),
      since: link === 'live' ? undefined : before.link === 'live' ? Date.now() : before.since,
    });
    if (link !== 'live') {
      for (const watched of this.rooms.values()) {
        clearTimeout(watched.retry);
        watched.state = 'out';
      }
      this.outbox.disconnected();
      this.typing.clear();
      forgetPresence();
      return;
    }
    for (const roomId of this.rooms.keys()) this.subscribe(roomId);
    this.outbox.connected();
    this.reading.connected();
    this.uploads.hurry();
    this.last.confirmed();
    void this.listBurning();
    this.refreshList();
  }

  /** What has become CRITICAL while nobody told this tab. */
  private async listBurning(): Promise<void> {
    const { user } = this;
    const query = { ...burningQuery(), staleTime: 0 };
    const page = await this.cache.fetchQuery(query).catch(() => undefined);
    if (this.user === user) this.alarm.listed(page?.rooms ?? []); // not asked again: better one call too many
  }

  private take(frame: ServerFrame): void {
    const me = useSession.getState().user?.user_id ?? '';
    if (isRoomEvent(frame)) {
      const outcome = fold(this.cache, frame, me);
      if (outcome === 'gap') {
        this.fillGap(frame.room_id);
        return;
      }
      this.outbox.take(frame, me);
      this.uploads.take(frame);
      this.typing.take(frame);
      return;
    }
    switch (frame.type) {
      case 'subscribed': {
        const watched = this.rooms.get(frame.room_id);
        if (watched !== undefined) Object.assign(watched, { state: 'in', failures: 0 });
        return;
      }
      case 'reset':
        this.reset(frame.room_id, frame.from_seq);
        return;
      case 'typing':
        if (frame.user.user_id !== me) this.typing.take(frame);
        return;
      case 'preview_ready':
        foldPreview(this.cache, frame);
        return;
      case 'presence':
        takePresence(frame);
        return;
      case 'read':
        foldRead(this.cache, frame, me);
        return;
      case 'room_activity':
        this.alarm.take(frame.room);
        if (foldActivity(this.cache, frame, me)) this.refreshList();
        return;
      case 'ack':
        this.outbox.take(frame, me);
        this.outbox.reached(
          frame.room_id,
          this.cache.getQueryData<Log>(logKey(frame.room_id))?.newest.hi ?? 0,
        );
        return;
      case 'error':
        if (frame.client_msg_id !== undefined) this.outbox.take(frame, me);
        else if (frame.room_id !== undefined) this.notSubscribed(frame.room_id, frame);
        return;
      case 'file_upload_ack':
        this.uploads.acked(frame.file_id);
        return;
      default:
        return; // ready, pong, bye: the socket's own
    }
  }

  /** What happened in between is not told: all that events keep up to date is read again. */
  private reset(roomId: string, seq: number): void {
    this.cache.setQueryData<Log>(logKey(roomId), (log) => emptyAfter(seq, log));
    this.outbox.reached(roomId, seq);
    this.uploads.forgetStored(roomId);
    for (const { queryKey } of [
      roomQuery(roomId),
      membersQuery(roomId),
      checklistQuery(roomId),
      pinsQuery(roomId),
    ]) {
      void this.cache.invalidateQueries({ queryKey });
    }
  }

  /** Something is missing between the log and an event: asks again from what we have. */
  private fillGap(roomId: string): void {
    if (this.rooms.get(roomId)?.state !== 'in') return;
    this.socket.send({ type: 'unsubscribe', room_id: roomId });
    this.subscribe(roomId);
  }

  private notSubscribed(roomId: string, error: Extract<ServerFrame, { type: 'error' }>): void {
    const watched = this.rooms.get(roomId);
    if (watched === undefined) return;
    watched.state = 'out';
    if (!error.retryable) {
      void this.cache.invalidateQueries({ queryKey: roomQuery(roomId).queryKey });
      return;
    }
    clearTimeout(watched.retry);
    watched.retry = setTimeout(
      () => this.subscribe(roomId),
      error.retry_after_ms ?? backoff(watched.failures++),
    );
  }

  private refreshList(): void {
    this.listTimer ??= setTimeout(() => {
      this.listTimer = undefined;
      void this.cache.invalidateQueries({ queryKey: roomListKey });
    }, listPause);
  }
}

async function requestTicket(): Promise<TicketResult> {
  const { data, response } = await api.POST('/api/ws/ticket');
  if (data !== undefined) return { ticket: data.ticket };
  return response.status === 401 && useSession.getState().phase === 'signed-out' ? 'signed-out' : 'retry';
}

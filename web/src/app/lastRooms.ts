import type { Query, QueryCacheNotifyEvent, QueryClient } from '@tanstack/react-query';
import { createStore } from 'zustand/vanilla';
import { logKey, membersQuery, roomListKey, roomQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { Member, Room, RoomPage } from '@/api/types';
import type { Shelf } from '@/device/shelf';
import type { Log } from '@/features/chat';
import { listQuery } from '@/features/rooms/filters';

/** Rooms that can be read without a network: those that were opened last. */
export const roomsAtMost = 10;
/** Entries of a room's timeline that are kept: about a page. */
const entriesAtMost = 100;
/** Milliseconds from a change until it is written: a busy room writes no more often. */
const pause = 2000;
/** Milliseconds for what belongs together to come in. */
const firstPause = 100;

interface KeptRoom {
  room: Room;
  members: Member[];
  log: Log;
  at: number; // Unix milliseconds
}

interface KeptList {
  page: RoomPage;
  at: number;
}

/** What is shown of another time: the list, or a room by its id; Unix milliseconds. */
type AsOf = Record<string, number>;

/** The name of the list in AsOf, which is no room's id. */
export const listName = 'list';

/**
 * The list and the rooms that somebody opened last, to be read while no server answers.
 * Links are left out, for who has one needs no sign-in. Nothing of it stays when its
 * person signs out, or when the server says that the session is over.
 */
export class LastRooms {
  readonly store = createStore<{ asOf: AsOf }>()(() => ({ asOf: {} }));
  private user: string | undefined;
  private unsubscribe: () => void = () => undefined;
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly writtenAt = new Map<string, number>();

  constructor(
    private readonly cache: QueryClient,
    private readonly isLive: () => boolean,
    private readonly shelf: Pick<Shelf, 'put' | 'get' | 'all' | 'drop' | 'dropOthers'>,
  ) {}

  start(user: string): void {
    this.user = user;
    void this.shelf.dropOthers(user);
    this.unsubscribe = this.cache.getQueryCache().subscribe((event) => this.noticed(event));
  }

  stop(forget: boolean): void {
    this.unsubscribe();
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.writtenAt.clear();
    this.user = undefined;
    this.store.setState({ asOf: {} });
    if (forget) void this.shelf.dropOthers();
  }

  /** A connection is live: what was shown of another time is brought up to now. */
  confirmed(): void {
    for (const roomId of Object.keys(this.store.getState().asOf)) {
      for (const { queryKey } of [roomQuery(roomId), membersQuery(roomId)]) {
        void this.cache.invalidateQueries({ queryKey });
      }
    }
    this.store.setState({ asOf: {} });
    for (const query of this.cache.getQueryCache().getAll()) this.changed(query); // what was read before
  }

  /** Shows what was kept of a room, where nothing newer is known. */
  async showRoom(roomId: string): Promise<void> {
    const { user } = this;
    const kept = user && (await this.shelf.get<KeptRoom>(user, 'room', roomId));
    if (!kept || this.user !== user) return;
    const updatedAt = kept.at;
    if (this.cache.getQueryData(logKey(roomId)) !== undefined) return;
    this.mark(roomId, kept.at);
    this.cache.setQueryData(logKey(roomId), kept.log, { updatedAt });
    this.seed(membersQuery(roomId).queryKey, { members: kept.members }, updatedAt);
    this.seed(roomQuery(roomId).queryKey, kept.room, updatedAt);
  }

  /** Shows what was kept of the list under the key of its first page. */
  async showList(queryKey: readonly unknown[]): Promise<void> {
    const { user } = this;
    const kept = user && (await this.shelf.get<KeptList>(user, 'list', listName));
    if (!kept || this.user !== user || this.cache.getQueryData(queryKey) !== undefined) return;
    this.mark(listName, kept.at);
    this.seed(queryKey, kept.page, kept.at);
  }

  private seed(key: readonly unknown[], data: unknown, updatedAt: number): void {
    if (this.cache.getQueryData(key) === undefined) this.cache.setQueryData(key, data, { updatedAt });
  }

  private mark(name: string, at: number): void {
    this.store.setState(({ asOf }) => ({ asOf: { ...asOf, [name]: at } }));
  }

  private noticed({ type, query }: QueryCacheNotifyEvent): void {
    if (type === 'updated') this.changed(query);
  }

  private changed(query: Query): void {
    const [first, second, third] = query.queryKey as [string, string, { params?: Params } | undefined];
    const roomId = third?.params?.path?.room_id;
    if (first === 'log' && query.state.data !== undefined) this.later(second, () => this.keepRoom(second));
    else if (second === '/api/rooms/{room_id}/members' && roomId !== undefined) {
      this.later(roomId, () => this.keepRoom(roomId));
    } else if (second === '/api/rooms/{room_id}') this.refused(query.state.error, roomId);
    else if (second === roomListKey[1] && query.state.status === 'success' && isPlain(third?.params?.query)) {
      this.later(listName, () => this.keepList(query.state.data as RoomPage));
    }
  }

  private later(name: string, act: () => Promise<void>): void {
    if (!this.isLive() || this.timers.has(name) || this.store.getState().asOf[name] !== undefined) return;
    const run = () => {
      this.timers.delete(name);
      this.writtenAt.set(name, Date.now());
      void act();
    };
    const since = Date.now() - (this.writtenAt.get(name) ?? 0);
    this.timers.set(name, setTimeout(run, Math.max(firstPause, pause - since)));
  }

  private async keepRoom(roomId: string): Promise<void> {
    const { user } = this;
    const room = this.cache.getQueryData<Room>(roomQuery(roomId).queryKey);
    const log = this.cache.getQueryData<Log>(logKey(roomId));
    const known = this.cache.getQueryData<{ members: Member[] }>(membersQuery(roomId).queryKey);
    if (user === undefined || room === undefined || log === undefined) return;
    const value: KeptRoom = { room, members: known?.members ?? [], log: newest(log), at: Date.now() };
    await this.shelf.put(user, roomId, { room: withoutLinks(value) });
    const all = ((await this.shelf.all<KeptRoom>(user, 'room')) ?? []).toSorted((a, b) => b.at - a.at);
    for (const { room: old } of all.slice(roomsAtMost)) void this.shelf.drop(user, old.room_id, ['room']);
  }

  private async keepList(page: RoomPage): Promise<void> {
    if (this.user === undefined) return;
    const value: KeptList = { page, at: Date.now() };
    await this.shelf.put(this.user, listName, { list: withoutLinks(value) });
  }

  /** Who may not read a room any more, may not read it here. */
  private refused(error: unknown, roomId: string | undefined): void {
    if (error === null || roomId === undefined || this.user === undefined) return;
    if (troubleOf(error).status === 403) void this.shelf.drop(this.user, roomId, ['room']);
  }
}

interface Params {
  path?: { room_id?: string };
  query?: Record<string, unknown>;
}

/** The list as it opens: its first page, without a filter. */
function isPlain(query: Record<string, unknown> | undefined): boolean {
  return JSON.stringify(query) === JSON.stringify(listQuery({}));
}

function newest({ newest: { hi, lo, entries } }: Log): Log {
  const last = entries.slice(-entriesAtMost);
  const from = last.length < entries.length ? (last[0]?.event.seq ?? hi) : lo;
  return { newest: { lo: from, hi, entries: last }, changes: [], changesFrom: hi, view: 0 };
}

/** Addresses that open a file for whoever has them are not written down. */
export function withoutLinks<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (name, part: unknown) => (/(^|_)url$/.test(name) ? '' : part)),
  ) as T;
}

import { createStore } from 'zustand/vanilla';
import { $api } from '@/api/client';
import type { Room, Status } from '@/api/types';

/** What is not contained yet. */
const burning: Status[] = ['OPEN', 'ACKNOWLEDGED', 'IN_PROGRESS'];

/** My incidents that somebody is called for, the hundred where something happened last. */
export const burningQuery = () =>
  $api.queryOptions('get', '/api/rooms', {
    params: { query: { severity: ['CRITICAL'], status: burning, mine: true, limit: 100 } },
  });

/**
 * Calls somebody for an incident that has become CRITICAL for them: declared, raised, or they
 * were brought in. Once each, never for their own, nor for what was there when they came.
 */
export class Alarm {
  /** What was called for and nobody has looked at, the newest first. */
  readonly store = createStore<{ rooms: Room[] }>()(() => ({ rooms: [] }));
  private me: string | undefined;
  private known: Set<string> | undefined; // nothing until the first list

  constructor(private readonly ring: () => void) {}

  start(me: string): void {
    this.me = me;
    this.known = undefined;
    this.store.setState({ rooms: [] });
  }

  stop(): void {
    this.me = undefined;
    this.known = undefined;
    this.store.setState({ rooms: [] });
  }

  /** What burns as the server lists it, after every connect. */
  listed(rooms: Room[]): void {
    if (this.me === undefined) return;
    if (this.known === undefined) this.known = new Set(rooms.map((room) => room.room_id));
    else this.call(rooms);
  }

  /** How a room is now. */
  take(room: Room): void {
    if (this.known === undefined) return; // the list to come has it
    if (room.severity === 'CRITICAL' && burning.includes(room.status)) this.call([room]);
    else this.drop(room.room_id);
  }

  /** Somebody has opened the room, or has said that they know. */
  seen(roomId: string): void {
    this.known?.add(roomId);
    this.drop(roomId);
  }

  private call(rooms: Room[]): void {
    const unknown = rooms.filter((room) => !this.known?.has(room.room_id));
    for (const room of unknown) this.known?.add(room.room_id);
    const fresh = unknown.filter((room) => room.created_by.user_id !== this.me);
    if (fresh.length === 0) return;
    this.store.setState((state) => ({ rooms: [...fresh, ...state.rooms] }));
    this.ring();
  }

  private drop(roomId: string): void {
    const { rooms } = this.store.getState();
    if (!rooms.some((room) => room.room_id === roomId)) return;
    this.store.setState({ rooms: rooms.filter((room) => room.room_id !== roomId) });
  }
}

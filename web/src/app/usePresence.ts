import { create } from 'zustand';
import type { Person, ServerFrame } from '@/api/types';

export interface Presence {
  count: number;
  /** Up to 100 of them, by name. */
  users: Person[];
}

/** Who is in which room now; of rooms that this tab has subscribed. */
export const presenceStore = create<{ rooms: Record<string, Presence | undefined> }>()(() => ({ rooms: {} }));

export function takePresence(frame: Extract<ServerFrame, { type: 'presence' }>): void {
  const { room_id: roomId, count, users } = frame;
  presenceStore.setState(({ rooms }) => ({ rooms: { ...rooms, [roomId]: { count, users } } }));
}

/** Without a connection nobody knows who is there. */
export function forgetPresence(roomId?: string): void {
  presenceStore.setState(({ rooms }) => ({
    rooms: roomId === undefined ? {} : { ...rooms, [roomId]: undefined },
  }));
}

/** Who has the room open now; undefined while that is not known. */
export function usePresence(roomId: string): Presence | undefined {
  return presenceStore((state) => state.rooms[roomId]);
}

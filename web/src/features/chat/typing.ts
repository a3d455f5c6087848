import { createStore } from 'zustand/vanilla';
import type { Person, ServerFrame } from '@/api/types';

/** Milliseconds for which it holds that somebody writes (F-RT-02). */
export const typingFor = 5000;
/** Milliseconds between two frames that say so. */
export const typingEvery = 3000;

/** Who writes where. Never stored, and gone by itself. */
export class Typing {
  readonly store = createStore<{ rooms: Record<string, Person[]> }>()(() => ({ rooms: {} }));
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly said = new Map<string, number>();

  constructor(private readonly send: (roomId: string) => boolean) {}

  /** I write: tells the room, at most once in three seconds. */
  mine(roomId: string): void {
    const before = this.said.get(roomId);
    if (before !== undefined && Date.now() - before < typingEvery) return;
    if (this.send(roomId)) this.said.set(roomId, Date.now());
  }

  /** What I wrote has gone out: the next word says it anew. */
  done(roomId: string): void {
    this.said.delete(roomId);
  }

  take(frame: ServerFrame): void {
    if (frame.type === 'message') this.gone(frame.room_id, frame.message.author.user_id);
    if (frame.type !== 'typing') return;
    const { room_id: roomId, user } = frame;
    const key = `${roomId} ${user.user_id}`;
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => this.gone(roomId, user.user_id), typingFor),
    );
    const now = this.store.getState().rooms[roomId] ?? [];
    if (now.some((one) => one.user_id === user.user_id)) return;
    this.set(roomId, [...now, user]);
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.said.clear();
    this.store.setState({ rooms: {} });
  }

  private gone(roomId: string, userId: string): void {
    const key = `${roomId} ${userId}`;
    clearTimeout(this.timers.get(key));
    if (!this.timers.delete(key)) return;
    this.set(
      roomId,
      (this.store.getState().rooms[roomId] ?? []).filter((one) => one.user_id !== userId),
    );
  }

  private set(roomId: string, people: Person[]): void {
    this.store.setState(({ rooms }) => ({ rooms: { ...rooms, [roomId]: people } }));
  }
}

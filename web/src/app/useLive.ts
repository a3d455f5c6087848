import { createContext, useContext, useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import type { Person } from '@/api/types';
import type { Unsent } from '@/features/auth';
import type { Draft, Pending } from '@/features/chat';
import type { Upload } from '@/features/files';
import type { Live } from './live';

export const LiveContext = createContext<Live | undefined>(undefined);

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === undefined) throw new Error('useLive outside of its provider');
  return live;
}

export function useLink() {
  return useStore(useLive().store);
}

/** Keeps a room's log up to date while the component is on the screen and the log is loaded. */
export function useWatch(roomId: string, loaded: boolean): void {
  const live = useLive();
  useEffect(() => (loaded ? live.watch(roomId) : undefined), [live, roomId, loaded]);
}

export function usePending(roomId: string): Pending[] {
  const items = useStore(useLive().outbox.store, (state) => state.items);
  return useMemo(() => items.filter((item) => item.roomId === roomId), [items, roomId]);
}

export function useUploads(roomId: string): Upload[] {
  const items = useStore(useLive().uploads.store, (state) => state.items);
  return useMemo(() => items.filter((item) => item.roomId === roomId), [items, roomId]);
}

/** What of mine no server has yet. */
export function useUnsent(): Unsent {
  const { outbox, uploads, drafts } = useLive();
  const messages = useStore(
    outbox.store,
    ({ items }) => items.filter(({ state }) => state !== 'stored').length,
  );
  const files = useStore(
    uploads.store,
    ({ items }) => items.filter(({ state }) => state !== 'failed' && state !== 'stored').length,
  );
  const written = useStore(
    drafts.store,
    ({ rooms }) => Object.values(rooms).filter(({ text }) => text.trim() !== '').length,
  );
  return { messages, files, drafts: written };
}

/** Whether it is known what was being written. */
export function useDraftsRead(): boolean {
  return useStore(useLive().drafts.store, ({ ready }) => ready);
}

/** What another tab has written in a room since this one was opened. */
export function useHeardDraft(roomId: string): Draft | undefined {
  const heard = useStore(useLive().drafts.store, (state) => state.heard);
  return heard?.roomId === roomId ? heard : undefined;
}

const nobody: Person[] = [];

/** Who is writing in a room now, except me. */
export function useTyping(roomId: string): Person[] {
  return useStore(useLive().typing.store, (state) => state.rooms[roomId] ?? nobody);
}

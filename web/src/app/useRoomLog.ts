import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { logKey } from '@/api/keys';
import type { Reference, Room } from '@/api/types';
import {
  type Bound,
  covers,
  extend,
  fetchOpening,
  fetchPage,
  firstUnread,
  type Goal,
  goTo,
  goToNewest,
  type Log,
  shown,
  withoutFar,
} from '@/features/chat';
import { mayOpen, type Picture } from '@/features/files';
import { useLastRoom } from './useLast';
import { useLive, useWatch } from './useLive';

/** Pages that changed while they were on their way are read again, so often. */
const maxReads = 3;

/**
 * A room's log: the place where it opens, then whatever the socket folds in and
 * what scrolling and jumps ask for. `at` is the seq to open around.
 */
export function useRoomLog(room: Room, at: number | undefined) {
  const roomId = room.room_id;
  const live = useLive();
  const [unreadFrom] = useState(() => firstUnread(room));
  const query = useQuery({
    queryKey: logKey(roomId),
    queryFn: () => fetchOpening(room),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0, // what was missed meanwhile is read, not caught up: the place to open at may be another
    structuralSharing: false,
  });
  useLastRoom(roomId, query);
  useWatch(roomId, query.data !== undefined);
  const older = usePager(roomId, (log) => ({ before_seq: shown(log).lo }));
  const newer = usePager(roomId, (log) => ({ after_seq: shown(log).hi }));
  const { goal, jump, latest, jumpFailed } = useJumps(roomId, query.isSuccess ? at : undefined);
  const pictures = useMemo(() => picturesOf(query.data), [query.data]);
  const { read_seq } = room;
  const seen = useCallback(
    (seq: number) => {
      if (read_seq !== undefined) live.reading.saw(roomId, seq, read_seq);
    },
    [live, roomId, read_seq],
  );
  const cache = useQueryClient();
  const readingAt = useCallback(
    (seq: number) => cache.setQueryData<Log>(logKey(roomId), (log) => log && withoutFar(log, seq)),
    [cache, roomId],
  );
  return { query, older, newer, goal, jump, latest, jumpFailed, pictures, unreadFrom, seen, readingAt };
}

export type RoomLog = ReturnType<typeof useRoomLog>;

/** Reads a page and puts it where it belongs, again while it is overtaken by changes. */
function useReadPage(roomId: string) {
  const cache = useQueryClient();
  return useCallback(
    async (bound: Bound, put: typeof extend) => {
      for (let i = 0; i < maxReads; i++) {
        const page = await fetchPage(roomId, bound);
        const log = cache.getQueryData<Log>(logKey(roomId));
        const next = log && put(log, page, bound);
        if (next === undefined) continue;
        cache.setQueryData<Log>(logKey(roomId), next);
        return;
      }
      throw new Error('the room changes faster than its pages are read');
    },
    [cache, roomId],
  );
}

function usePager(roomId: string, boundOf: (log: Log) => Bound) {
  const cache = useQueryClient();
  const read = useReadPage(roomId);
  const [state, setState] = useState<'idle' | 'loading' | 'failed'>('idle');
  const [bound] = useState(() => boundOf); // the same for as long as the room is open
  const load = useCallback(() => {
    const log = cache.getQueryData<Log>(logKey(roomId));
    if (log === undefined) return;
    setState('loading');
    read(bound(log), extend).then(
      () => setState('idle'),
      () => setState('failed'),
    );
  }, [cache, roomId, read, bound]);
  return useMemo(() => ({ load, loading: state === 'loading', failed: state === 'failed' }), [load, state]);
}

/** Going to a message, loaded or not, and back to the newest. */
function useJumps(roomId: string, at: number | undefined) {
  const cache = useQueryClient();
  const read = useReadPage(roomId);
  const [goal, setGoal] = useState<Goal>();
  const [jumpFailed, setFailed] = useState(false);

  const jump = useCallback(
    (seq: number) => {
      const log = cache.getQueryData<Log>(logKey(roomId));
      if (log === undefined) return;
      setFailed(false);
      const near = covers(shown(log), seq);
      if (near || covers(log.newest, seq)) {
        if (!near) cache.setQueryData(logKey(roomId), goToNewest(log));
        setGoal({ seq });
        return;
      }
      read({ around_seq: seq }, goTo).then(
        () => setGoal({ seq }),
        () => setFailed(true),
      );
    },
    [cache, roomId, read],
  );
  const latest = useCallback(() => {
    setGoal(undefined);
    cache.setQueryData<Log>(logKey(roomId), (log) => log && goToNewest(log));
  }, [cache, roomId]);

  useEffect(() => {
    if (at !== undefined) jump(at);
  }, [at, jump]);
  return { goal, jump, latest, jumpFailed };
}

/** The conversation's pictures, oldest first, without those that were removed. */
function picturesOf(log: Log | undefined): Picture[] {
  const pictures = new Map<string, Picture>();
  for (const { event } of log === undefined ? [] : shown(log).entries) {
    if (event.type !== 'message') continue;
    const { text } = event.message;
    const reference: Reference | undefined = event.message.metadata;
    if (reference?.kind !== 'image' || reference.deleted || !mayOpen(reference)) continue;
    pictures.set(reference.file_id, {
      ...reference,
      text: text === reference.filename ? '' : text,
      by: event.by.name,
      at: event.at,
    });
  }
  return [...pictures.values()];
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { logKey } from '@/api/keys';
import type { Room } from '@/api/types';
import { fetchNewest, fetchOlder, type Log, prepend } from '@/features/chat';
import type { Picture } from '@/features/files';
import { useWatch } from './useLive';

/** A room's log: its newest page once, then whatever the socket folds in and what scrolling up asks for. */
export function useRoomLog(room: Room) {
  const roomId = room.room_id;
  const query = useQuery({
    queryKey: logKey(roomId),
    queryFn: () => fetchNewest(roomId, room.head_seq),
    staleTime: Number.POSITIVE_INFINITY,
  });
  useWatch(roomId, query.isSuccess);
  const older = useOlder(roomId);
  const pictures = useMemo(() => picturesOf(query.data), [query.data]);
  return { query, older, pictures };
}

export type RoomLog = ReturnType<typeof useRoomLog>;

function useOlder(roomId: string) {
  const cache = useQueryClient();
  const [state, setState] = useState<'idle' | 'loading' | 'failed'>('idle');
  const load = useCallback(() => {
    const log = cache.getQueryData<Log>(logKey(roomId));
    if (log === undefined) return;
    setState('loading');
    fetchOlder(roomId, log).then(
      (events) => {
        cache.setQueryData<Log>(logKey(roomId), (now) => now && prepend(now, events));
        setState('idle');
      },
      () => setState('failed'),
    );
  }, [cache, roomId]);
  return { load, loading: state === 'loading', failed: state === 'failed' };
}

/** The conversation's pictures, oldest first, without those that were removed. */
function picturesOf(log: Log | undefined): Picture[] {
  const pictures = new Map<string, Picture>();
  for (const event of log?.events ?? []) {
    if (event.type === 'file_deleted') pictures.delete(event.file_id);
    const reference = event.type === 'message' ? event.message.metadata : undefined;
    if (event.type !== 'message' || reference?.kind !== 'image') continue;
    const text = event.message.text === reference.filename ? '' : event.message.text;
    pictures.set(reference.file_id, { ...reference, text });
  }
  return [...pictures.values()];
}

import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useSession } from '@/api/session';
import { type Filters, roomPageQuery } from '@/features/rooms';
import { useLive } from './useLive';

interface Asked {
  data: unknown;
  fetchStatus: string;
  failureCount: number;
}

/** Nothing is known, and nobody answers. */
function useUnanswered({ data, fetchStatus, failureCount }: Asked): boolean {
  const unconfirmed = useSession((session) => session.unconfirmed === true);
  return data === undefined && (unconfirmed || fetchStatus === 'paused' || failureCount > 0);
}

/** Shows a room, or its log, as this device knew it last while nobody answers. */
export function useLastRoom(roomId: string, query: Asked): void {
  const { last } = useLive();
  const unanswered = useUnanswered(query);
  useEffect(() => {
    if (unanswered) void last.showRoom(roomId);
  }, [last, roomId, unanswered]);
}

/** The same for the list. */
export function useLastList(filters: Filters): void {
  const { last } = useLive();
  const options = roomPageQuery(filters);
  const unanswered = useUnanswered(useQuery({ ...options, enabled: false }));
  const { queryKey } = options;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is new each time, what it says is in the filters
  useEffect(() => {
    if (unanswered) void last.showList(queryKey);
  }, [last, filters, unanswered]);
}

/** Of when what is shown is, where it is not of now; Unix milliseconds. */
export function useAsOf(name: string): number | undefined {
  return useStore(useLive().last.store, ({ asOf }) => asOf[name]);
}

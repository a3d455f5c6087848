import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { TextEncoding } from '@/api/types';
import { type Bound, fetchText } from './text';

/** A log from one place of it on, read further in both directions. */
export function useText(roomId: string, fileId: string, start: Bound, encoding: TextEncoding | undefined) {
  const query = useInfiniteQuery({
    queryKey: ['text', roomId, fileId, encoding ?? '', start],
    initialPageParam: start,
    queryFn: ({ pageParam, signal }) => fetchText(roomId, fileId, pageParam, encoding, signal),
    getNextPageParam: (last): Bound | undefined =>
      last.next_offset === null ? undefined : { offset: last.next_offset },
    getPreviousPageParam: (first): Bound | undefined =>
      first.previous_offset === null ? undefined : { before: first.previous_offset },
    staleTime: Number.POSITIVE_INFINITY, // the bytes of evidence never change
    gcTime: 60_000,
  });
  const { data } = query;
  const lines = useMemo(() => data?.pages.flatMap((page) => page.lines) ?? [], [data]);
  return { query, lines, info: data?.pages[0] };
}

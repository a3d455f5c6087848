import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { api } from '@/api/client';
import { filesKey } from '@/api/keys';
import { RequestFailed, troubleOf } from '@/api/problem';
import type { Person } from '@/api/types';
import { type EvidenceFilter, isNarrow, keeps } from './filter';

/** Files of one page: some screens of thumbnails. */
const pageSize = 60;

/** The room's files that a filter keeps, newest first, page by page. */
export function useEvidence(roomId: string, filter: EvidenceFilter, enabled = true) {
  const { filetype, by, name } = filter;
  const query = useInfiniteQuery({
    queryKey: [...filesKey(roomId), filetype ?? 'all'],
    enabled,
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam }) => {
      const { data, error } = await api.GET('/api/rooms/{room_id}/files', {
        params: { path: { room_id: roomId }, query: { kind: filetype, limit: pageSize, cursor: pageParam } },
      });
      if (data === undefined) throw new RequestFailed(troubleOf(error));
      return data;
    },
    getNextPageParam: (last) => last.next_cursor,
  });
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = query;

  // Who looks for a name looks for it everywhere, not on the first page.
  const narrow = isNarrow(filter);
  const wantsMore = enabled && narrow && hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (wantsMore) void fetchNextPage();
  }, [wantsMore, fetchNextPage]);

  const loaded = useMemo(() => data?.pages.flatMap((page) => page.files) ?? [], [data]);
  const files = useMemo(
    () => loaded.filter((file) => keeps({ filetype, by, name }, file)),
    [loaded, filetype, by, name],
  );
  const uploaders = useMemo(
    () => [...new Map<string, Person>(loaded.map(({ uploader }) => [uploader.user_id, uploader])).values()],
    [loaded],
  );
  /** Absent until all files have been looked through. */
  const count = narrow ? (hasNextPage ? undefined : files.length) : data?.pages.at(-1)?.total;
  return { query, files, uploaders, count, searching: narrow && hasNextPage };
}

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { RequestFailed, troubleOf } from '@/api/problem';
import { type AuditFilters, auditQuery, pageSize } from './filters';

/** The rows that the filters keep, newest first, page by page. */
export function useTrail(filters: AuditFilters) {
  return useInfiniteQuery({
    queryKey: ['audit', filters],
    queryFn: async ({ pageParam: before, signal }) => {
      const { data, error } = await api.GET('/api/admin/audit', {
        params: { query: { ...auditQuery(filters), limit: pageSize, before } },
        signal,
      });
      if (data === undefined) throw new RequestFailed(troubleOf(error));
      return data.entries;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.length < pageSize ? undefined : page.at(-1)?.audit_id),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { accountsKey } from '@/api/keys';
import { RequestFailed, troubleOf } from '@/api/problem';
import { type AccountFilters, pageSize } from './filters';

/** The accounts that the filters keep, by user name, page by page. */
export function useAccounts({ q, system_role: role, disabled }: AccountFilters) {
  return useInfiniteQuery({
    queryKey: [...accountsKey, { q, role, disabled }],
    queryFn: async ({ pageParam: after, signal }) => {
      const { data, error } = await api.GET('/api/admin/users', {
        params: { query: { q, role, disabled, limit: pageSize, after } },
        signal,
      });
      if (data === undefined) throw new RequestFailed(troubleOf(error));
      return data.users;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.length < pageSize ? undefined : page.at(-1)?.username),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

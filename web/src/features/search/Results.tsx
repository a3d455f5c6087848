import { Button, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Search, SearchX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { RequestFailed, troubleOf } from '@/api/problem';
import { formats } from '@/i18n/format';
import { Notice } from '@/ui/Notice';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { useAfter } from '@/ui/useAfter';
import { useLanguage } from '@/ui/useLanguage';
import { HitRow } from './HitRow';
import classes from './Search.module.css';
import { byDay, isWorthAsking, searchQuery, type Terms } from './terms';

/** What was found, newest first, by days. */
export function Results({ terms }: { terms: Terms }) {
  const { t } = useTranslation();
  const { dayOfYear } = formats(useLanguage());
  const asked = isWorthAsking(terms.q);
  const found = useInfiniteQuery({
    queryKey: ['search', terms],
    queryFn: async ({ pageParam, signal }) => {
      const { data, error } = await api.GET('/api/search', {
        params: { query: searchQuery(terms, pageParam) },
        signal,
      });
      if (data === undefined) throw new RequestFailed(troubleOf(error));
      return data;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
    enabled: asked,
  });
  const slow = useAfter(asked && found.isPending, 200);

  if (!asked) {
    const short = (terms.q?.trim() ?? '') !== '';
    return (
      <Notice
        icon={Search}
        title={t(short ? 'search.tooShort' : 'search.start')}
        hint={t('search.startHint')}
      />
    );
  }
  if (found.isError && found.data === undefined) {
    return (
      <TroubleNotice title={t('search.failed')} error={found.error} retry={() => void found.refetch()} />
    );
  }
  if (found.data === undefined) return slow ? <ResultsSkeleton /> : null;
  const days = byDay(found.data.pages.flatMap((page) => page.hits));
  if (days.length === 0)
    return <Notice icon={SearchX} title={t('search.empty')} hint={t('search.emptyHint')} />;
  return (
    <section aria-label={t('search.results')} aria-busy={found.isFetching}>
      {days.map((day) => (
        <section key={day.key}>
          <h2 className={classes.day}>{dayOfYear.format(day.at)}</h2>
          <ul>
            {day.hits.map((hit) => (
              <li key={hit.message_id ?? hit.file_id ?? hit.room_id}>
                <HitRow hit={hit} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      <div className={classes.more}>
        {found.hasNextPage ? (
          <Button
            variant="default"
            loading={found.isFetchingNextPage}
            onClick={() => void found.fetchNextPage()}
          >
            {t('search.more')}
          </Button>
        ) : (
          <p>{t('search.end')}</p>
        )}
      </div>
    </section>
  );
}

function ResultsSkeleton() {
  const { t } = useTranslation();
  return (
    <div className={classes.skeleton} role="status" aria-label={t('app.loading')}>
      {['a', 'b', 'c', 'd'].map((key) => (
        <div key={key}>
          <Skeleton height={14} width="40%" mb={8} />
          <Skeleton height={16} width="80%" />
        </div>
      ))}
    </div>
  );
}

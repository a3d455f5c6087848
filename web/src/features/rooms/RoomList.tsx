import { Button, Skeleton } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight, ListFilter, Plus, ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoomPage } from '@/api/types';
import { Notice } from '@/ui/Notice';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { useAfter } from '@/ui/useAfter';
import { FilterBar } from './FilterBar';
import { type Filters, isFiltered, listName, noFilters, pageSize } from './filters';
import classes from './RoomList.module.css';
import { RoomRow } from './RoomRow';
import { roomPageQuery } from './roomPage';
import { useKeptScroll } from './useKeptScroll';

/** Milliseconds between looks for rooms that nobody told this tab about. */
const listInterval = 20_000;

interface Props {
  filters: Filters;
  onFilter: (change: Partial<Filters>, how: 'push' | 'replace') => void;
  mayDeclare: boolean;
  /** What is to be known of what is shown. */
  notice?: ReactNode;
}

export function RoomList({ filters, onFilter, mayDeclare, notice }: Props) {
  const { t } = useTranslation();
  const rooms = useQuery({
    ...roomPageQuery(filters),
    placeholderData: keepPreviousData,
    refetchInterval: listInterval,
  });
  const slow = useAfter(rooms.isPending, 200);
  const scroll = useKeptScroll(listName(filters), rooms.data !== undefined && !rooms.isPlaceholderData);

  return (
    <section className={classes.list} aria-labelledby="rooms-title">
      <header className={classes.head}>
        <h1 id="rooms-title" className={classes.heading}>
          {t('rooms.title')}
        </h1>
        {rooms.data !== undefined && (
          <span className={classes.count}>{t('rooms.count', { count: rooms.data.total })}</span>
        )}
        {mayDeclare && (
          <Button
            className={classes.declare}
            renderRoot={(props) => <Link to="/rooms/new" search={(before) => before} {...props} />}
            leftSection={<Plus size={18} aria-hidden />}
          >
            {t('app.declare')}
          </Button>
        )}
      </header>
      <FilterBar
        filters={filters}
        onChange={(change, how) => onFilter({ ...change, page: undefined }, how)}
      />
      {notice}
      <div className={classes.scroll} ref={scroll} aria-busy={rooms.isFetching}>
        {rooms.isError && rooms.data === undefined && (
          <TroubleNotice title={t('rooms.failed')} error={rooms.error} retry={() => void rooms.refetch()} />
        )}
        {rooms.isPending && slow && <ListSkeleton />}
        {rooms.data !== undefined && <Rooms page={rooms.data} filters={filters} onFilter={onFilter} />}
      </div>
    </section>
  );
}

function Rooms({ page, filters, onFilter }: { page: RoomPage } & Pick<Props, 'filters' | 'onFilter'>) {
  const { t } = useTranslation();
  if (page.rooms.length === 0 && isFiltered(filters)) {
    return (
      <Notice icon={ListFilter} title={t('rooms.noMatch')} hint={t('rooms.noMatchHint')}>
        <Button variant="light" onClick={() => onFilter(noFilters, 'push')}>
          {t('rooms.clearFilters')}
        </Button>
      </Notice>
    );
  }
  if (page.rooms.length === 0) {
    return <Notice icon={ShieldCheck} title={t('rooms.empty')} hint={t('rooms.emptyHint')} />;
  }
  return (
    <>
      <ul>
        {page.rooms.map((room) => (
          <li key={room.room_id}>
            <RoomRow room={room} />
          </li>
        ))}
      </ul>
      {page.offset + page.rooms.length >= page.total && <p className={classes.end}>{t('rooms.end')}</p>}
      <Pager page={filters.page ?? 1} total={page.total} onPage={(to) => onFilter({ page: to }, 'push')} />
    </>
  );
}

function Pager({ page, total, onPage }: { page: number; total: number; onPage: (page: number) => void }) {
  const { t } = useTranslation();
  const pages = Math.max(1, Math.ceil(total / pageSize));
  if (pages === 1 && page === 1) return null;
  return (
    <nav className={classes.pager} aria-label={t('rooms.pages')}>
      <Button
        variant="default"
        disabled={page <= 1}
        onClick={() => onPage(page - 1)}
        leftSection={<ChevronLeft size={16} aria-hidden />}
      >
        {t('rooms.previous')}
      </Button>
      <span className="figures">{t('rooms.page', { page, pages })}</span>
      <Button
        variant="default"
        disabled={page >= pages}
        onClick={() => onPage(page + 1)}
        rightSection={<ChevronRight size={16} aria-hidden />}
      >
        {t('rooms.next')}
      </Button>
    </nav>
  );
}

function ListSkeleton() {
  const { t } = useTranslation();
  return (
    <div className={classes.skeleton} role="status" aria-label={t('app.loading')}>
      {['a', 'b', 'c', 'd', 'e'].map((key) => (
        <div key={key}>
          <Skeleton height={14} width="55%" mb={8} />
          <Skeleton height={16} mb={8} />
          <Skeleton height={12} width="70%" />
        </div>
      ))}
    </div>
  );
}

import { Button, Skeleton } from '@mantine/core';
import { Columns2, FolderOpen, SearchX } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { File } from '@/api/types';
import { Notice } from '@/ui/Notice';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { useAfter } from '@/ui/useAfter';
import classes from './Evidence.module.css';
import { EvidenceCard } from './EvidenceCard';
import { EvidenceFilters } from './EvidenceFilters';
import { type EvidenceFilter, isFiltered } from './filter';
import { inTime, openedOf, pictureOf } from './picture';
import { RemoveFile } from './RemoveFile';
import { useEvidence } from './useEvidence';
import { useViewer } from './Viewer';

interface Props {
  roomId: string;
  filter: EvidenceFilter;
  onFilter: (change: EvidenceFilter) => void;
  mayRemove: (file: File) => 'no' | 'yes' | 'with-reason';
}

/** The room's files, newest first, as a grid. */
export function Evidence({ roomId, filter, onFilter, mayRemove }: Props) {
  const { t } = useTranslation();
  const open = useViewer();
  const [removing, setRemoving] = useState<File>();
  const [chosen, setChosen] = useState<File[]>(); // absent: nothing is being chosen
  const { query, files, uploaders, count, searching } = useEvidence(roomId, filter);
  const slow = useAfter(query.isPending, 200);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;

  const show = (file: File) => {
    if (chosen !== undefined) {
      const rest = chosen.filter((one) => one.file_id !== file.file_id);
      setChosen(rest.length < chosen.length ? rest : [...chosen, file].slice(-2));
    } else if (file.file_type === 'image') {
      open({ view: 'picture', fileId: file.file_id, among: filter });
    } else {
      open({ view: 'file', file: openedOf(file) });
    }
  };
  const compare = () => {
    const [one, other] = chosen ?? [];
    if (one === undefined || other === undefined) return;
    const [before, after] = inTime(pictureOf(one), pictureOf(other));
    open({ view: 'pair', before, after });
  };
  const comparable = files.filter((file) => file.file_type === 'image').length >= 2;

  return (
    <div className={classes.panel}>
      <EvidenceFilters roomId={roomId} filter={filter} uploaders={uploaders} onFilter={onFilter} />
      <div className={classes.bar}>
        <p className={`${classes.count} figures`} role="status">
          {count !== undefined && t('evidence.count', { count })}
          {searching && t('evidence.searching', { count: files.length })}
        </p>
        {chosen === undefined && comparable && (
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<Columns2 size={16} aria-hidden />}
            onClick={() => setChosen([])}
          >
            {t('evidence.compare')}
          </Button>
        )}
      </div>
      {chosen !== undefined && (
        <div className={classes.choosing}>
          <span className="figures">{t('evidence.choose', { count: chosen.length })}</span>
          <Button size="compact-sm" disabled={chosen.length < 2} onClick={compare}>
            {t('evidence.compareNow')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setChosen(undefined)}>
            {t('evidence.chooseEnd')}
          </Button>
        </div>
      )}
      {query.isPending && slow && <GridSkeleton />}
      {query.isError && query.data === undefined && (
        <TroubleNotice title={t('files.failed')} error={query.error} retry={() => void query.refetch()} />
      )}
      {query.isSuccess && files.length === 0 && !searching && (
        <Nothing filtered={isFiltered(filter)} onClear={() => onFilter(noFilter)} />
      )}
      <ul className={classes.grid} aria-label={t('files.title')}>
        {files.map((file) => (
          <EvidenceCard
            key={file.file_id}
            roomId={roomId}
            file={file}
            chosen={
              chosen === undefined || file.file_type !== 'image'
                ? undefined
                : chosen.some((one) => one.file_id === file.file_id)
            }
            onOpen={() => show(file)}
            onRemove={mayRemove(file) === 'no' ? undefined : () => setRemoving(file)}
          />
        ))}
      </ul>
      {isFetchNextPageError && (
        <TroubleNotice
          title={t('evidence.moreFailed')}
          error={query.error}
          retry={() => void fetchNextPage()}
        />
      )}
      {hasNextPage && !isFetchNextPageError && (
        <More loading={isFetchingNextPage} onMore={() => void fetchNextPage()} />
      )}
      {query.isSuccess && files.length > 0 && !hasNextPage && (
        <p className={classes.end}>{t('evidence.end')}</p>
      )}
      <RemoveFile
        roomId={roomId}
        file={removing}
        needsReason={removing !== undefined && mayRemove(removing) === 'with-reason'}
        onClose={() => setRemoving(undefined)}
      />
    </div>
  );
}

const noFilter: { [K in keyof Required<EvidenceFilter>]: undefined } = {
  filetype: undefined,
  by: undefined,
  name: undefined,
};

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const { t } = useTranslation();
  if (!filtered) return <Notice icon={FolderOpen} title={t('files.empty')} hint={t('files.emptyHint')} />;
  return (
    <Notice icon={SearchX} title={t('evidence.none')}>
      <Button variant="light" onClick={onClear}>
        {t('rooms.clearFilters')}
      </Button>
    </Notice>
  );
}

/** Asks for the next page when it comes into view, or when it is pressed. */
function More({ loading, onMore }: { loading: boolean; onMore: () => void }) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  const more = useRef(onMore);
  more.current = onMore;
  useEffect(() => {
    if (loading || button.current === null || typeof IntersectionObserver === 'undefined') return;
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && more.current(), {
      rootMargin: '300px',
    });
    watch.observe(button.current);
    return () => watch.disconnect();
  }, [loading]);
  return (
    <Button ref={button} variant="light" fullWidth mt="md" loading={loading} onClick={onMore}>
      {t('files.more')}
    </Button>
  );
}

export function GridSkeleton() {
  const { t } = useTranslation();
  return (
    <div className={classes.grid} role="status" aria-label={t('app.loading')}>
      {['a', 'b', 'c', 'd'].map((one) => (
        <Skeleton key={one} height={150} />
      ))}
    </div>
  );
}

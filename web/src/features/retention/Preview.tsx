import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dryRunQuery } from '@/api/keys';
import type { RetentionDays, RetentionRoom } from '@/api/types';
import { fileSize, formats } from '@/i18n/format';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { useLanguage } from '@/ui/useLanguage';
import { Waiting } from '@/ui/Waiting';
import classes from './Retention.module.css';

/** What would be purged now: of these days, or of the policy in force. */
export function Preview({ days }: { days?: RetentionDays }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const query = useQuery({ ...dryRunQuery({ days, held: false, offset: 0 }), staleTime: 0 });
  const { number } = formats(language);
  return (
    <section className={classes.part} aria-labelledby="retention-preview">
      <h2 id="retention-preview">{t('retention.dryRun')}</h2>
      <p className={classes.quiet}>{t(days === undefined ? 'retention.ofPolicy' : 'retention.ofDraft')}</p>
      {query.data !== undefined ? (
        <>
          <p role="status" className={classes.sums}>
            {t('retention.sums', {
              rooms: number.format(query.data.due),
              files: number.format(query.data.files),
              size: fileSize(language, query.data.bytes),
              held: number.format(query.data.held),
            })}
          </p>
          <Rooms days={days} held={false} total={query.data.due} />
          {query.data.held > 0 && (
            <>
              <h3>{t('retention.held')}</h3>
              <Rooms days={days} held total={query.data.held} />
            </>
          )}
        </>
      ) : query.isError ? (
        <TroubleNotice title={t('retention.failed')} error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Waiting rows={3} height={56} />
      )}
    </section>
  );
}

const pageSize = 50;

/** One page after the other, as many as were asked for. */
function Rooms({ days, held, total }: { days?: RetentionDays; held: boolean; total: number }) {
  const { t } = useTranslation();
  const [pages, setPages] = useState(1);
  if (total === 0) return held ? null : <p className={classes.none}>{t('retention.nothing')}</p>;
  return (
    <>
      <ul className={classes.list} aria-label={t(held ? 'retention.held' : 'retention.dryRun')}>
        {Array.from({ length: pages }, (_, page) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a page is its place
          <PageOfRooms key={page} days={days} held={held} offset={page * pageSize} />
        ))}
      </ul>
      {pages * pageSize < total && (
        <Button variant="default" onClick={() => setPages(pages + 1)}>
          {t('retention.more')}
        </Button>
      )}
    </>
  );
}

function PageOfRooms(page: { days?: RetentionDays; held: boolean; offset: number }) {
  const query = useQuery({ ...dryRunQuery(page), staleTime: 0 });
  return query.data?.rooms.map((room) => <Row key={room.room_id} room={room} />);
}

function Row({ room }: { room: RetentionRoom }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <li className={classes.row}>
      <span className={classes.name}>
        <span className="figures">{room.number}</span>{' '}
        <Link to="/rooms/$roomId" params={{ roomId: room.room_id }}>
          {room.title}
        </Link>
      </span>
      <span className={classes.facts}>
        <span>{t(`severity.${room.severity}`)}</span>
        <span className="figures">
          {t('retention.archived', { time: formats(language).full.format(new Date(room.archived_at)) })}
        </span>
        <span className="figures">
          {t('retention.files', { files: room.files, size: fileSize(language, room.bytes) })}
        </span>
      </span>
      {room.hold !== undefined && <span className={classes.reason}>{room.hold.reason}</span>}
    </li>
  );
}

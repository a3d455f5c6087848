import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tombstonesQuery } from '@/api/keys';
import type { Tombstone } from '@/api/types';
import { fileSize, formats } from '@/i18n/format';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { useLanguage } from '@/ui/useLanguage';
import { Waiting } from '@/ui/Waiting';
import classes from './Retention.module.css';

const pageSize = 50;

/** What is left of rooms that were purged, newest first. */
export function Tombstones() {
  const { t } = useTranslation();
  const [pages, setPages] = useState(1);
  const first = useQuery({ ...tombstonesQuery(0), staleTime: 0 });
  return (
    <section className={classes.part} aria-labelledby="retention-stones">
      <h2 id="retention-stones">{t('retention.stones')}</h2>
      {first.data === undefined ? (
        first.isError ? (
          <TroubleNotice
            title={t('retention.failed')}
            error={first.error}
            retry={() => void first.refetch()}
          />
        ) : (
          <Waiting rows={3} height={56} />
        )
      ) : first.data.total === 0 ? (
        <p className={classes.none}>{t('retention.noStones')}</p>
      ) : (
        <>
          <ul className={classes.list} aria-label={t('retention.stones')}>
            {Array.from({ length: pages }, (_, page) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a page is its place
              <PageOfStones key={page} offset={page * pageSize} />
            ))}
          </ul>
          {pages * pageSize < first.data.total && (
            <Button variant="default" onClick={() => setPages(pages + 1)}>
              {t('retention.more')}
            </Button>
          )}
        </>
      )}
    </section>
  );
}

function PageOfStones({ offset }: { offset: number }) {
  const query = useQuery({ ...tombstonesQuery(offset), staleTime: 0 });
  return query.data?.tombstones.map((stone) => <Row key={stone.room_id} stone={stone} />);
}

function Row({ stone }: { stone: Tombstone }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const time = formats(language).full.format(new Date(stone.purged_at));
  return (
    <li className={classes.row}>
      <span className={classes.name}>
        <span className="figures">{stone.number}</span>
        <span className={classes.state}>{t(`retention.state.${stone.state}`)}</span>
      </span>
      <span className={classes.facts}>
        <span className="figures">
          {stone.reason === ''
            ? t('retention.byPolicy', { policy: stone.policy, time })
            : t('retention.by', { name: stone.purged_by, time })}
        </span>
        <span className="figures">
          {t('retention.counts', {
            messages: stone.messages,
            files: stone.files,
            size: fileSize(language, stone.bytes),
          })}
        </span>
      </span>
      {stone.reason !== '' && <span className={classes.reason}>{stone.reason}</span>}
    </li>
  );
}

import { ActionIcon, Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ArrowLeft, Clock, PanelRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Room } from '@/api/types';
import { elapsed, formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import { useNow } from '@/ui/useNow';
import { LineStoppedBadge, SeverityBadge, StatusBadge } from './Badges';
import { placeText } from './place';
import classes from './RoomHeader.module.css';

/** What an incident is, always in view (UX 18). `onPanel` is there when the panel is a sheet. */
export function RoomHeader({ room, onPanel }: { room: Room; onPanel?: () => void }) {
  const { t } = useTranslation();
  const place = placeText(room.place);
  return (
    <header className={classes.header} data-severity={room.severity}>
      <ActionIcon
        className={classes.back}
        variant="subtle"
        size="lg"
        aria-label={t('app.back')}
        renderRoot={(props) => (
          <Link
            to="/rooms"
            search={({ panel: _, ...before }: Record<string, unknown>) => before}
            {...props}
          />
        )}
      >
        <ArrowLeft size={20} aria-hidden />
      </ActionIcon>
      <div className={classes.lines}>
        <div className={classes.line}>
          <SeverityBadge severity={room.severity} />
          <span className={`${classes.number} figures`}>{room.number}</span>
          <h1 className={classes.title} title={room.title}>
            {room.title}
          </h1>
        </div>
        <div className={classes.line}>
          <StatusBadge status={room.status} />
          <Elapsed since={room.declared_at} />
          {room.line_stopped && <LineStoppedBadge />}
          {place !== '' && <span className={classes.place}>{place}</span>}
        </div>
      </div>
      {onPanel !== undefined && (
        <Button
          className={classes.panel}
          variant="default"
          aria-label={t('details.open')}
          onClick={onPanel}
          leftSection={<PanelRight size={18} aria-hidden />}
        >
          <span className={classes.panelText}>{t('details.tab')}</span>
        </Button>
      )}
    </header>
  );
}

function Elapsed({ since }: { since: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useNow('second');
  const start = new Date(since);
  const { days, clock } = elapsed(now - start.getTime());
  const time = days > 0 ? t('rooms.elapsedDays', { days, time: clock }) : clock;
  return (
    <span className={`${classes.elapsed} figures`} title={formats(language).full.format(start)}>
      <Clock size={14} aria-hidden />
      <span role="timer" aria-live="off" aria-label={t('rooms.elapsed', { time })}>
        {time}
      </span>
    </span>
  );
}

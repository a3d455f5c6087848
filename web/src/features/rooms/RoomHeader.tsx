import { ActionIcon, Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ArrowLeft, Clock, Info, UserRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room } from '@/api/types';
import { elapsed, formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import { useNow } from '@/ui/useNow';
import { Actions } from './Actions';
import { HoldBadge, isOver, LineStoppedBadge, SeverityBadge, StatusBadge } from './Badges';
import type { May } from './moves';
import { placeText } from './place';
import classes from './RoomHeader.module.css';
import { endOf } from './times';

interface Props {
  room: Room;
  /** The state of the connection, where no bar above shows it. */
  link?: ReactNode;
  /** Opens the panel, where it is a sheet. */
  onPanel?: () => void;
  may: May;
  onSettings: () => void;
}

/** What an incident is, always in view (UX 18). */
export function RoomHeader({ room, link, onPanel, may, onSettings }: Props) {
  const { t } = useTranslation();
  const place = placeText(room.place);
  const severity = <SeverityBadge severity={room.severity} calm={isOver(room.status)} />;
  return (
    <header className={classes.header} data-severity={isOver(room.status) ? undefined : room.severity}>
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
          <span className={classes.wide}>{severity}</span>
          <span className={`${classes.number} figures`}>{room.number}</span>
          <h1 className={classes.title} title={room.title}>
            <span className={`${classes.short} figures`}>{shortNumber(room.number)}</span>
            {room.title}
          </h1>
          {link && <span className={classes.link}>{link}</span>}
        </div>
        <div className={classes.facts}>
          <span className={classes.narrow}>{severity}</span>
          <StatusBadge status={room.status} />
          {room.line_stopped && <LineStoppedBadge />}
          {room.hold !== undefined && <HoldBadge reason={room.hold.reason} />}
          <Elapsed since={room.declared_at} until={endOf(room)} />
          <Assignee room={room} />
          {place !== '' && <span className={classes.place}>{place}</span>}
        </div>
      </div>
      {onPanel !== undefined && (
        <Button
          className={classes.panel}
          variant="default"
          aria-label={t('details.open')}
          onClick={onPanel}
          leftSection={<Info size={18} aria-hidden />}
        >
          <span className={classes.panelText}>{t('details.tab')}</span>
        </Button>
      )}
      <Actions room={room} may={may} onSettings={onSettings} />
    </header>
  );
}

/** INC-2026-00042 is spoken of as 00042. */
const shortNumber = (number: string): string => number.slice(number.lastIndexOf('-') + 1);

function Assignee({ room }: { room: Room }) {
  const { t } = useTranslation();
  if (room.assignee === undefined) {
    return isOver(room.status) ? null : <span className={classes.nobody}>{t('rooms.unassigned')}</span>;
  }
  return (
    <span className={classes.assignee} title={t('rooms.assignee')}>
      <UserRound size={14} aria-hidden />
      <span className="sr-only">{t('rooms.assignee')}</span>
      <span className={classes.assigneeName}>{room.assignee.name}</span>
    </span>
  );
}

/** How long an incident has been going on, or how long it took. */
function Elapsed({ since, until }: { since: string; until?: string }) {
  return until === undefined ? (
    <Running since={since} />
  ) : (
    <Duration since={since} until={Date.parse(until)} over />
  );
}

function Running({ since }: { since: string }) {
  return <Duration since={since} until={useNow('second')} />;
}

function Duration({ since, until, over = false }: { since: string; until: number; over?: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const start = new Date(since);
  const { days, clock } = elapsed(until - start.getTime());
  const time = days > 0 ? t('rooms.elapsedDays', { days, time: clock }) : clock;
  return (
    <span className={`${classes.elapsed} figures`} title={formats(language).full.format(start)}>
      <Clock size={14} aria-hidden />
      {over ? (
        t('rooms.took', { time })
      ) : (
        <span role="timer" aria-live="off" aria-label={t('rooms.elapsed', { time })}>
          {time}
        </span>
      )}
    </span>
  );
}

import { Link } from '@tanstack/react-router';
import { AtSign, Users } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room } from '@/api/types';
import { ago, formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import { useNow } from '@/ui/useNow';
import { isOver, LineStoppedBadge, SeverityBadge, StatusBadge } from './Badges';
import { placeText } from './place';
import classes from './RoomRow.module.css';

export const RoomRow = memo(function RoomRow({ room }: { room: Room }) {
  const { t } = useTranslation();
  const place = placeText(room.place);
  const over = isOver(room.status);
  return (
    <Link
      to="/rooms/$roomId"
      params={{ roomId: room.room_id }}
      search={({ at: _, by: __, name: ___, ...before }: Record<string, unknown>) => before}
      className={classes.row}
      data-severity={over ? undefined : room.severity}
      activeProps={{ 'data-here': true }}
    >
      <span className={classes.top}>
        <SeverityBadge severity={room.severity} calm={over} />
        <span className={`${classes.number} figures`}>{room.number}</span>
        <span className={classes.role}>{t(`role.${room.my_role ?? 'none'}`)}</span>
        <Age at={room.last_activity_at} />
      </span>
      <span className={classes.head}>
        <span className={classes.title}>{room.title}</span>
        <Unread unread={room.unread_count ?? 0} mentions={room.mention_count ?? 0} />
      </span>
      {room.last_message && <span className={classes.last}>{room.last_message}</span>}
      <span className={classes.meta}>
        <StatusBadge status={room.status} />
        {room.line_stopped && <LineStoppedBadge />}
        <span className={classes.place}>{place === '' ? t('rooms.noPlace') : place}</span>
        <span className={classes.members}>
          <Users size={14} aria-hidden />
          <span className="sr-only">{t('rooms.members', { count: room.member_count })}</span>
          <span aria-hidden>{room.member_count}</span>
        </span>
      </span>
    </Link>
  );
});

/** More is only "a lot". */
const most = 99;
const short = (count: number) => (count > most ? `${most}+` : String(count));

/** What waits to be read, and whether somebody calls me there. */
function Unread({ unread, mentions }: { unread: number; mentions: number }) {
  const { t } = useTranslation();
  if (unread === 0) return null;
  return (
    <span className={classes.badges}>
      {mentions > 0 && (
        <span className={classes.mention}>
          <AtSign size={13} strokeWidth={2.5} aria-hidden />
          <span className="sr-only">{t('rooms.mentions', { count: mentions })}</span>
          <span aria-hidden>{short(mentions)}</span>
        </span>
      )}
      <span className={classes.unread}>
        <span className="sr-only">{t('rooms.unread', { count: unread })}</span>
        <span aria-hidden>{short(unread)}</span>
      </span>
    </span>
  );
}

function Age({ at }: { at: string }) {
  const language = useLanguage();
  const now = useNow('half-minute');
  const then = new Date(at);
  return (
    <time className={classes.age} dateTime={at} title={formats(language).full.format(then)}>
      {ago(language, then.getTime(), now)}
    </time>
  );
}

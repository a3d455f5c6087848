import { ArrowRightLeft, Megaphone, PencilLine, Trash2, UserCog, UserMinus, UserPlus } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldChange, Message, Room, Severity } from '@/api/types';
import { formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Chat.module.css';
import { type NoteEvent, noted } from './rows';

const icons = {
  room_created: Megaphone,
  member_added: UserPlus,
  member_removed: UserMinus,
  role_changed: UserCog,
  file_deleted: Trash2,
  room_updated: PencilLine,
};

/** A change of the room itself, small among what people said. */
export function Note({ event, at }: { event: NoteEvent; at: Date }) {
  const { clock } = formats(useLanguage());
  const Icon = icons[event.type];
  return (
    <div className={classes.note}>
      <Icon size={14} aria-hidden />
      <span>
        <NoteText event={event} />
      </span>
      <time dateTime={event.at}>{clock.format(at)}</time>
    </div>
  );
}

function NoteText({ event }: { event: NoteEvent }): ReactNode {
  const { t } = useTranslation();
  const by = event.by.name;
  switch (event.type) {
    case 'room_created':
      return t('chat.created', { name: by });
    case 'member_added':
      return t('chat.memberAdded', { by, name: event.member.name, role: t(`role.${event.member.role}`) });
    case 'member_removed':
      return event.user.user_id === event.by.user_id
        ? t('chat.memberLeft', { name: by })
        : t('chat.memberRemoved', { by, name: event.user.name });
    case 'role_changed':
      return t('chat.roleChanged', {
        by,
        name: event.user.name,
        from: t(`role.${event.from}`),
        to: t(`role.${event.to}`),
      });
    case 'file_deleted':
      return t('chat.fileDeleted', { name: event.deleted_by.name });
    case 'room_updated':
      return noted(event.changed).map((change) => (
        <span key={change.field} className={classes.noteLine}>
          <FieldText change={change} room={event.room} by={by} />
        </span>
      ));
  }
}

/** Values that are too long or too technical for one line are not shown. */
const silent: readonly FieldChange['field'][] = ['description', 'tags', 'duplicate_of'];

function FieldText({ change, room, by }: { change: FieldChange; room: Room; by: string }) {
  const { t } = useTranslation();
  const { field } = change;
  if (field === 'status') return null; // its message says it
  if (field === 'line_stopped')
    return t(room.line_stopped ? 'chat.lineStopped' : 'chat.lineRuns', { name: by });
  const label = t(`chat.fields.${field}`);
  const value = () => {
    if (field === 'assignee') return room.assignee?.name ?? '';
    if (field === 'severity') return t(`severity.${(change.to ?? room.severity) as Severity}`);
    if (field === 'incident_type') return t(`type.${room.incident_type}`);
    return change.to ?? '';
  };
  if (silent.includes(field)) return t('chat.changed', { name: by, field: label });
  const to = value();
  return to === ''
    ? t('chat.cleared', { name: by, field: label })
    : t('chat.changedTo', { name: by, field: label, to });
}

/** A move of the incident's status, with what its author added. */
export function StatusNote({ message, at }: { message: Message; at: Date }) {
  const { t } = useTranslation();
  const { clock } = formats(useLanguage());
  const { status_change: change, author } = message;
  if (change === undefined) return null;
  return (
    <div className={classes.note} data-status={change.to}>
      <ArrowRightLeft size={14} aria-hidden />
      <span>
        {t('chat.statusMoved', {
          name: author.name,
          from: t(`status.${change.from}`),
          to: t(`status.${change.to}`),
        })}
        {message.text !== '' && <span className={classes.noteLine}>{message.text}</span>}
      </span>
      <time dateTime={message.at}>{clock.format(at)}</time>
    </div>
  );
}

/** 今天, 昨天, or the date. */
export function DayDivider({ at }: { at: Date }) {
  const { t } = useTranslation();
  const { day, dayOfYear } = formats(useLanguage());
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  const same = (other: Date) => at.toDateString() === other.toDateString();
  const date = at.getFullYear() === today.getFullYear() ? day.format(at) : dayOfYear.format(at);
  return (
    <h2 className={classes.day}>
      <span>{same(today) ? t('chat.today') : same(yesterday) ? t('chat.yesterday') : date}</span>
    </h2>
  );
}

/** Where reading begins; it stays where it was when the room was opened (UX 2). */
export function UnreadDivider() {
  const { t } = useTranslation();
  return (
    <h2 className={classes.unread} data-unread>
      <span>{t('chat.unread')}</span>
    </h2>
  );
}

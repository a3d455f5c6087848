import { Megaphone, Trash2, UserPlus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Chat.module.css';
import type { Row } from './rows';

type NoteRow = Extract<Row, { kind: 'note' }>;

const icons = { room_created: Megaphone, member_added: UserPlus, file_deleted: Trash2 };

/** A change of the room itself, small among what people said. */
export function Note({ row }: { row: NoteRow }) {
  const { t } = useTranslation();
  const { clock } = formats(useLanguage());
  const { event } = row;
  const Icon = icons[event.type];
  return (
    <p className={classes.note}>
      <Icon size={14} aria-hidden />
      <span>
        {event.type === 'room_created' && t('chat.created', { name: event.by.name })}
        {event.type === 'file_deleted' && t('chat.fileDeleted', { name: event.deleted_by.name })}
        {event.type === 'member_added' &&
          t('chat.memberAdded', {
            by: event.by.name,
            name: event.member.name,
            role: t(`role.${event.member.role}`),
          })}
      </span>
      <time dateTime={event.at}>{clock.format(row.at)}</time>
    </p>
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
    <h3 className={classes.day}>
      <span>{same(today) ? t('chat.today') : same(yesterday) ? t('chat.yesterday') : date}</span>
    </h3>
  );
}

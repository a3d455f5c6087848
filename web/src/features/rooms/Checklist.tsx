import { Alert, Checkbox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ListChecks } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { checklistQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { ChecklistItem, Person, Room } from '@/api/types';
import { formats } from '@/i18n/format';
import { Notice } from '@/ui/Notice';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { TroubleText } from '@/ui/TroubleText';
import { useLanguage } from '@/ui/useLanguage';
import { Waiting } from '@/ui/Waiting';
import classes from './Checklist.module.css';
import type { May } from './moves';
import { useTick } from './useTick';

interface Props {
  room: Room;
  me: Person;
  may: May;
}

/** What the template asks to be done; a tick shows at once and goes back when it is refused. */
export function Checklist({ room, me, may }: Props) {
  const { t } = useTranslation();
  const list = useQuery(checklistQuery(room.room_id));
  const { tick, error } = useTick(room.room_id, me);
  const archived = room.status === 'ARCHIVED';
  const closed = archived || !may('post');

  if (list.isError && list.data === undefined) {
    return (
      <TroubleNotice
        title={t('details.checklistFailed')}
        error={list.error}
        retry={() => void list.refetch()}
      />
    );
  }
  if (list.data === undefined) return <Waiting height={32} />;
  const { items } = list.data;
  if (items.length === 0) {
    return <Notice icon={ListChecks} title={t('details.noChecklist')} hint={t('details.noChecklistHint')} />;
  }
  return (
    <div className={classes.panel}>
      {closed && (
        <p className={classes.why}>{t(archived ? 'rooms.closedBecause.archived' : 'details.tickers')}</p>
      )}
      {error !== undefined && (
        <Alert color="red" variant="light" mb="sm" title={t('details.notTicked')} role="alert">
          <TroubleText trouble={troubleOf(error)} />
        </Alert>
      )}
      <ul aria-label={t('details.checklist')}>
        {items.map((item) => (
          <li key={item.item_id} className={classes.item}>
            <Item item={item} disabled={closed} onTick={(done) => tick(item, done)} />
          </li>
        ))}
      </ul>
    </div>
  );
}

interface ItemProps {
  item: ChecklistItem;
  disabled: boolean;
  onTick: (done: boolean) => void;
}

function Item({ item, disabled, onTick }: ItemProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { short } = formats(language);
  const { done, done_by: by, done_at: at } = item;
  return (
    <Checkbox
      className={classes.check}
      size="md"
      checked={done}
      disabled={disabled}
      onChange={(event) => onTick(event.currentTarget.checked)}
      label={language === 'en' ? item.text_en : item.text_zh}
      description={
        done && by !== undefined && at !== undefined
          ? t('details.tickedBy', { name: by.name, time: short.format(new Date(at)) })
          : undefined
      }
    />
  );
}

import { CheckCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formats } from '@/i18n/format';
import { Hint } from '@/ui/Hint';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Message.module.css';
import { useTalk } from './Talk';

/** How many others have read up to my newest message, and who. */
export function SeenBy({ seq }: { seq: number }) {
  const { t } = useTranslation();
  const { me, members } = useTalk();
  const { list } = formats(useLanguage());
  const readers = members.filter((one) => one.user_id !== me.user_id && (one.read_seq ?? 0) >= seq);
  if (readers.length === 0) return null;
  const names = list.format(readers.map((one) => one.name));
  return (
    <Hint label={names} touch>
      <p className={classes.seen}>
        <CheckCheck size={14} aria-hidden />
        {t('chat.seenBy', { count: readers.length })}
        <span className="sr-only">{names}</span>
      </p>
    </Hint>
  );
}

import { Link } from '@tanstack/react-router';
import { ShieldX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '@/api/types';
import { formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Audit.module.css';
import { isKnown } from './acts';
import { partsOf } from './filters';

interface Props {
  entry: AuditEntry;
}

export function Time({ entry }: Props) {
  const { full } = formats(useLanguage());
  return (
    <time dateTime={entry.at} className={classes.time}>
      {full.format(new Date(entry.at))}
    </time>
  );
}

/** Who acts where no person does: the server itself. It is no account. */
const house = 'house';

/** Who did it; leads to all that they did. A login that failed has a name and no account. */
export function Who({ entry: { who } }: Props) {
  const { t } = useTranslation();
  if (who.user_id === '' || who.user_id === house) {
    return who.name === '' ? <span className={classes.quiet}>{t('audit.nobody')}</span> : who.name;
  }
  return (
    <Link to="/admin/audit" search={{ user: who.user_id }} className={classes.link}>
      {who.name === '' ? who.user_id : who.name}
    </Link>
  );
}

/** What was done, in words and as the trail has it. */
export function Act({ entry: { act } }: Props) {
  const { t } = useTranslation();
  return (
    <span className={classes.act}>
      {isKnown(act) && <span>{t(`audit.act.${act}`)}</span>}
      <code>{act}</code>
    </span>
  );
}

export function Target({ entry }: Props) {
  const { t } = useTranslation();
  const { roomId, text } = partsOf(entry.target);
  return (
    <span className={classes.target}>
      {roomId !== undefined && (
        <Link to="/rooms/$roomId" params={{ roomId }} className={classes.link} title={roomId}>
          {t('audit.room', { id: roomId })}
        </Link>
      )}
      {text !== '' && <code>{text}</code>}
    </span>
  );
}

/** What was refused stands out; the rest is as it should be. */
export function Outcome({ entry: { outcome } }: Props) {
  const { t } = useTranslation();
  return (
    <span className={classes.outcome} data-outcome={outcome}>
      {outcome === 'refused' && <ShieldX size={14} aria-hidden />}
      {t(`audit.outcome.${outcome}`)}
    </span>
  );
}

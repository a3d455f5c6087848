import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '@/api/types';
import classes from './Audit.module.css';
import { Act, Outcome, Target, Time, Who } from './Parts';

/** The rows where a table would not fit: a card each. */
export function TrailCards({ entries }: { entries: AuditEntry[] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.cards} aria-label={t('audit.title')}>
      {entries.map((entry) => (
        <li key={entry.audit_id} className={classes.card}>
          <p className={classes.cardHead}>
            <Time entry={entry} />
            <Outcome entry={entry} />
          </p>
          <p className={classes.cardWhat}>
            <Who entry={entry} />
            <Act entry={entry} />
          </p>
          <p>
            <Target entry={entry} />
          </p>
          <p className={classes.cardFoot}>
            {entry.from !== '' && <span className="figures">{entry.from}</span>}
            {entry.request_id !== '' && (
              <span>
                {t('audit.request')} <code className={classes.id}>{entry.request_id}</code>
              </span>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}

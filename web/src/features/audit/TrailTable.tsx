import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '@/api/types';
import classes from './Audit.module.css';
import { Act, Outcome, Target, Time, Who } from './Parts';

/** The rows on a desk. */
export function TrailTable({ entries }: { entries: AuditEntry[] }) {
  const { t } = useTranslation();
  return (
    <table className={classes.table} aria-label={t('audit.title')}>
      <thead>
        <tr>
          {(['at', 'who', 'what', 'about', 'from', 'ended', 'request'] as const).map((column) => (
            <th key={column} scope="col">
              {t(`audit.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.audit_id}>
            <td>
              <Time entry={entry} />
            </td>
            <td className={classes.who}>
              <Who entry={entry} />
            </td>
            <td>
              <Act entry={entry} />
            </td>
            <td>
              <Target entry={entry} />
            </td>
            <td className="figures">{entry.from}</td>
            <td>
              <Outcome entry={entry} />
            </td>
            <td>
              <code className={classes.id}>{entry.request_id}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

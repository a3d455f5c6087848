import { Button } from '@mantine/core';
import { MonitorSmartphone } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Session } from '@/api/types';
import { formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Access.module.css';
import { useDeviceName } from './useDeviceName';

interface Props {
  sessions: Session[];
  /** session_ids that are being ended. */
  ending: ReadonlySet<string>;
  /** Absent where it is not for the reader to end them. */
  onEnd?: (session: Session) => void;
  /** id of what names the list */
  labelledBy: string;
}

/** Where somebody is signed in. The session that asks is marked; one ends it by signing out. */
export function SessionList({ sessions, ending, onEnd, labelledBy }: Props) {
  const { t } = useTranslation();
  const { short } = formats(useLanguage());
  const nameOf = useDeviceName();
  return (
    <ul className={classes.list} aria-labelledby={labelledBy}>
      {sessions.map((session) => (
        <li key={session.session_id} className={classes.row}>
          <MonitorSmartphone size={22} aria-hidden className={classes.icon} />
          <div className={classes.what}>
            <p className={classes.name}>
              <strong title={session.user_agent}>{nameOf(session)}</strong>
              {session.current && <span className={classes.mark}>{t('access.thisDevice')}</span>}
            </p>
            <p className={`${classes.facts} figures`}>
              <span>{session.from}</span>
              <span>{t('access.since', { time: short.format(new Date(session.created_at)) })}</span>
              <span>{t('access.used', { time: short.format(new Date(session.last_used_at)) })}</span>
            </p>
          </div>
          {onEnd !== undefined && !session.current && (
            <Button
              variant="default"
              loading={ending.has(session.session_id)}
              aria-label={t('access.endName', { name: nameOf(session) })}
              onClick={() => onEnd(session)}
            >
              {t('access.end')}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

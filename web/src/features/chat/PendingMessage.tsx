import { Button } from '@mantine/core';
import { CircleAlert, Clock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { TroubleText } from '@/ui/TroubleText';
import { useAfter } from '@/ui/useAfter';
import classes from './Chat.module.css';
import { KindLabel } from './Message';
import type { Pending } from './outbox';

/** Milliseconds before a message that is on its way says so (UX 5). */
const quietFor = 2000;

interface Props {
  pending: Pending;
  connected: boolean;
  onRetry: () => void;
  onDiscard: () => void;
}

/** A message that is not in the log yet, and what can be done about it. */
export function PendingMessage({ pending, connected, onRetry, onDiscard }: Props) {
  const { t } = useTranslation();
  const { state, trouble } = pending;
  const moving = state === 'waiting' || state === 'sent';
  const late = useAfter(moving, quietFor);
  return (
    <>
      <div className={classes.bubble} data-type={pending.type} data-pending={state}>
        <KindLabel type={pending.type} />
        <p>{pending.text}</p>
      </div>
      {late && (
        <p className={classes.progress} role="status">
          <Clock size={14} aria-hidden />
          {t(connected ? 'chat.sending' : 'chat.waiting')}
        </p>
      )}
      {state === 'failed' && (
        <div className={classes.failed} role="alert">
          <CircleAlert size={16} aria-hidden />
          <span className={classes.why}>
            {trouble === undefined ? (
              t('chat.unconfirmed')
            ) : (
              <>
                <strong>{t('chat.notSent')}</strong> <TroubleText trouble={trouble} />
              </>
            )}
          </span>
          <Button size="compact-sm" variant="light" aria-label={t('chat.retryLabel')} onClick={onRetry}>
            {t('app.retry')}
          </Button>
          <Button size="compact-sm" variant="default" aria-label={t('chat.discardLabel')} onClick={onDiscard}>
            {t('chat.discard')}
          </Button>
        </div>
      )}
    </>
  );
}

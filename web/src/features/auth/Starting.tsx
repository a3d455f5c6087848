import { Button, Loader } from '@mantine/core';
import { CloudOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { type Phase, refresh } from '@/api/session';
import { Notice } from '@/ui/Notice';
import { useAfter } from '@/ui/useAfter';
import classes from './Auth.module.css';

/** Before anybody knows who is there: a moment of nothing, then a sign, or what is wrong. */
export function Starting({ phase }: { phase: Phase }) {
  const { t } = useTranslation();
  const slow = useAfter(phase === 'starting', 200);
  return (
    <main className={classes.page}>
      {phase === 'unreachable' ? (
        <Notice icon={CloudOff} title={t('auth.unreachable')} hint={t('auth.unreachableHint')} bad>
          <Button onClick={() => void refresh()}>{t('app.retryNow')}</Button>
        </Notice>
      ) : (
        slow && <Loader aria-label={t('app.loading')} />
      )}
    </main>
  );
}

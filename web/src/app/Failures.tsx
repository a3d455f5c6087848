import { Button } from '@mantine/core';
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { Bomb, MapPinOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Notice } from '@/ui/Notice';
import classes from './Failures.module.css';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <main className={classes.page}>
      <Notice icon={MapPinOff} title={t('app.notFound')} hint={t('app.notFoundHint')}>
        <Button renderRoot={(props) => <Link to="/rooms" {...props} />}>{t('app.toList')}</Button>
      </Notice>
    </main>
  );
}

/** A fault in the page itself. */
export function CrashNotice({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <main className={classes.page}>
      <Notice
        icon={Bomb}
        title={t('app.crashed')}
        bad
        hint={
          <>
            {t('app.crashedHint')}
            <p>
              <code>{error instanceof Error ? error.message : String(error)}</code>
            </p>
          </>
        }
      >
        <Button onClick={() => window.location.reload()}>{t('app.reload')}</Button>
      </Notice>
    </main>
  );
}

import { Button, CloseButton } from '@mantine/core';
import { RefreshCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import classes from './Shell.module.css';
import { useLink } from './useLive';
import { lookForVersion, version } from './version';

/** Says that there is a new version, and takes it when somebody wants it: never under their hands (UX 28). */
export function NewVersion() {
  const { t } = useTranslation();
  const outdated = useStore(version, (state) => state.outdated);
  const [later, setLater] = useState(false);
  const { link } = useLink();
  useEffect(() => {
    if (link === 'live') void lookForVersion(); // a server that was away may have come back another
  }, [link]);
  if (!outdated || later) return null;
  return (
    <section className={classes.toast} aria-label={t('app.newVersion')}>
      <div role="status">
        <strong>{t('app.newVersion')}</strong>
        <p>{t('app.newVersionHint')}</p>
      </div>
      <Button leftSection={<RefreshCw size={18} aria-hidden />} onClick={() => window.location.reload()}>
        {t('app.reload')}
      </Button>
      <CloseButton size="lg" aria-label={t('app.newVersionLater')} onClick={() => setLater(true)} />
    </section>
  );
}

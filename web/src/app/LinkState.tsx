import { Button } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { CircleDot, CircleOff, CloudOff, RefreshCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Link } from '@/api/socket';
import { useAfter } from '@/ui/useAfter';
import classes from './Shell.module.css';
import { useLink, useLive } from './useLive';

type Shown = Link | 'offline';

/** Milliseconds of a lost connection before it is worth a word: most come back at once. */
const patience = 2000;

function useShown(): { shown: Shown; lost: boolean } {
  const { link, wasLive } = useLink();
  const { online } = useNetwork();
  const away = link === 'waiting' || link === 'connecting';
  const lost = useAfter(away, patience);
  if (!online && link !== 'live') return { shown: 'offline', lost };
  return { shown: away && wasLive && !lost ? 'live' : link, lost };
}

const icons = {
  live: CircleDot,
  connecting: RefreshCw,
  waiting: RefreshCw,
  offline: CloudOff,
  refused: CircleOff,
  stopped: CircleOff,
};

/** The pill that is always in view: are we seeing what happens now? */
export function LinkPill({ compact = false }: { compact?: boolean }) {
  const { t } = useTranslation();
  const { shown } = useShown();
  const Icon = icons[shown];
  return (
    <span className={classes.pill} data-link={shown} data-compact={compact || undefined} role="status">
      <Icon size={14} aria-hidden />
      <span className={compact ? 'sr-only' : undefined}>{t(`link.${shown}`)}</span>
    </span>
  );
}

const tooMany = 4503;

export function LinkBanner() {
  const { t } = useTranslation();
  const live = useLive();
  const { closeCode } = useLink();
  const { shown, lost } = useShown();
  if (shown === 'refused') {
    return (
      <div className={classes.banner} role="alert">
        <CircleOff size={18} aria-hidden />
        <span>{t(closeCode === tooMany ? 'link.refusedTooMany' : 'link.refusedBanner')}</span>
        <Button size="compact-md" variant="default" onClick={() => live.reconnect()}>
          {t('link.reconnect')}
        </Button>
      </div>
    );
  }
  if (shown !== 'offline' && !lost) return null;
  return (
    <div className={classes.banner} role="status">
      <CloudOff size={18} aria-hidden />
      <span>{t(shown === 'offline' ? 'link.offlineBanner' : 'link.waitingBanner')}</span>
      {shown === 'waiting' && (
        <Button size="compact-md" variant="default" onClick={() => live.reconnect()}>
          {t('app.retryNow')}
        </Button>
      )}
    </div>
  );
}

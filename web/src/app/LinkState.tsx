import { Button } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { CircleDot, CircleOff, CloudOff, History, RefreshCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Link } from '@/api/socket';
import { formats } from '@/i18n/format';
import { useAfter } from '@/ui/useAfter';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Shell.module.css';
import { useAsOf } from './useLast';
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
  const { closeCode, since } = useLink();
  const { shown, lost } = useShown();
  const language = useLanguage();
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
      <span>
        {since === undefined
          ? t(shown === 'offline' ? 'link.offlineBanner' : 'link.waitingBanner')
          : t(shown === 'offline' ? 'link.offlineSince' : 'link.waitingSince', {
              at: formats(language).clock.format(since),
            })}
      </span>
      {shown === 'waiting' && (
        <Button size="compact-md" variant="default" onClick={() => live.reconnect()}>
          {t('app.retryNow')}
        </Button>
      )}
    </div>
  );
}

/** Says that a room, or the list, is shown as this device knew it last. */
export function AsOf({ name }: { name: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const at = useAsOf(name);
  if (at === undefined) return null;
  return (
    <p className={classes.asOf} role="status">
      <History size={16} aria-hidden />
      {t('link.asOf', { at: formats(language).short.format(at) })}
    </p>
  );
}

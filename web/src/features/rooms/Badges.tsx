import { Anchor, Circle, Diamond, OctagonAlert, OctagonX, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Severity, Status } from '@/api/types';
import classes from './Badges.module.css';

/** Each severity has a shape of its own, so that neither colour nor language is needed to tell them apart. */
const shapes = { LOW: Circle, MEDIUM: Diamond, HIGH: TriangleAlert, CRITICAL: OctagonAlert };

export function SeverityIcon({ severity, size = 16 }: { severity: Severity; size?: number }) {
  const Shape = shapes[severity];
  return <Shape size={size} strokeWidth={2.25} aria-hidden />;
}

const over: ReadonlySet<Status> = new Set(['CLOSED', 'ARCHIVED', 'CANCELLED', 'DUPLICATE']);

/** What is over keeps its severity but no longer calls for anybody. */
export function isOver(status: Status): boolean {
  return over.has(status);
}

export function SeverityBadge({ severity, calm = false }: { severity: Severity; calm?: boolean }) {
  const { t } = useTranslation();
  return (
    <span className={classes.badge} data-severity={calm ? 'calm' : severity}>
      <SeverityIcon severity={severity} size={15} />
      {t(`severity.${severity}`)}
    </span>
  );
}

const tones: Record<Status, string> = {
  OPEN: 'stop',
  ACKNOWLEDGED: 'help',
  IN_PROGRESS: 'help',
  CONTAINED: 'hold',
  RESOLVED: 'run',
  CLOSED: 'done',
  ARCHIVED: 'done',
  CANCELLED: 'done',
  DUPLICATE: 'done',
};

export function StatusBadge({ status }: { status: Status }) {
  const { t } = useTranslation();
  return (
    <span className={classes.badge} data-tone={tones[status]}>
      {t(`status.${status}`)}
    </span>
  );
}

/** Whatever the retention policy says, the room stays (F-FU-02). */
export function HoldBadge({ reason }: { reason: string }) {
  const { t } = useTranslation();
  return (
    <span className={classes.badge} data-tone="done" title={reason}>
      <Anchor size={14} strokeWidth={2.25} aria-hidden />
      {t('retention.hold')}
    </span>
  );
}

export function LineStoppedBadge() {
  const { t } = useTranslation();
  return (
    <span className={classes.badge} data-tone="down">
      <OctagonX size={14} strokeWidth={2.25} aria-hidden />
      {t('rooms.lineStopped')}
    </span>
  );
}

import { Circle, Diamond, OctagonAlert, OctagonX, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Severity, Status } from '@/api/types';
import classes from './Badges.module.css';

/** Each severity has a shape of its own, so that neither colour nor language is needed to tell them apart. */
const shapes = { LOW: Circle, MEDIUM: Diamond, HIGH: TriangleAlert, CRITICAL: OctagonAlert };

export function SeverityIcon({ severity, size = 16 }: { severity: Severity; size?: number }) {
  const Shape = shapes[severity];
  return <Shape size={size} strokeWidth={2.25} aria-hidden />;
}

export function SeverityBadge({ severity }: { severity: Severity }) {
  const { t } = useTranslation();
  return (
    <span className={classes.badge} data-severity={severity}>
      <SeverityIcon severity={severity} size={14} />
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

export function LineStoppedBadge() {
  const { t } = useTranslation();
  return (
    <span className={classes.badge} data-tone="down">
      <OctagonX size={14} strokeWidth={2.25} aria-hidden />
      {t('rooms.lineStopped')}
    </span>
  );
}

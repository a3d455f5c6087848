import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room } from '@/api/types';
import { formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import { LineStoppedBadge, SeverityBadge, StatusBadge } from './Badges';
import classes from './Details.module.css';
import { placeParts } from './place';

export function Details({ room }: { room: Room }) {
  const { t } = useTranslation();
  const { full } = formats(useLanguage());
  const time = (at: string) => <time dateTime={at}>{full.format(new Date(at))}</time>;
  const place = placeParts(room.place).slice(0, room.place.equipment ? -1 : undefined);
  return (
    <dl className={classes.list}>
      <Row label={t('details.number')}>
        <span className="figures">{room.number}</span>
      </Row>
      <Row label={t('severity.label')}>
        <SeverityBadge severity={room.severity} />
      </Row>
      <Row label={t('status.label')}>
        <StatusBadge status={room.status} />
      </Row>
      <Row label={t('details.type')}>{t(`type.${room.incident_type}`)}</Row>
      <Row label={t('details.place')}>{place.length > 0 ? place.join(' › ') : t('rooms.noPlace')}</Row>
      {room.place.equipment && <Row label={t('details.equipment')}>{room.place.equipment}</Row>}
      {room.lot && <Row label={t('details.lot')}>{room.lot}</Row>}
      <Row label={t('details.impact')}>
        {room.line_stopped ? <LineStoppedBadge /> : t('rooms.lineRuns')}
        {room.units_at_risk > 0 && <div>{t('details.unitsAtRisk', { count: room.units_at_risk })}</div>}
      </Row>
      {room.description && (
        <Row label={t('details.description')}>
          <span className={classes.prose}>{room.description}</span>
        </Row>
      )}
      <Row label={t('details.declaredBy')}>{room.created_by.name}</Row>
      <Row label={t('details.declaredAt')}>{time(room.declared_at)}</Row>
      <Row label={t('details.lastActivity')}>{time(room.last_activity_at)}</Row>
      <Row label={t('details.myRole')}>{t(`role.${room.my_role ?? 'none'}`)}</Row>
    </dl>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.row}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

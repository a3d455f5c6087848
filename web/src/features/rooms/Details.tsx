import { Alert, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Archive, Download, Settings2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { roomQuery, templateQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { Room } from '@/api/types';
import { elapsed, formats } from '@/i18n/format';
import { TroubleText } from '@/ui/TroubleText';
import { useLanguage } from '@/ui/useLanguage';
import { LineStoppedBadge, SeverityBadge, StatusBadge } from './Badges';
import classes from './Details.module.css';
import type { May } from './moves';
import { placeParts } from './place';
import { milestones } from './times';
import { useExport } from './useExport';

interface Props {
  room: Room;
  may: May;
  onSettings: () => void;
}

export function Details({ room, may, onSettings }: Props) {
  const { t } = useTranslation();
  const { full } = formats(useLanguage());
  const place = placeParts(room.place).slice(0, room.place.equipment ? -1 : undefined);
  return (
    <>
      {room.status === 'ARCHIVED' && (
        <Alert
          m="md"
          mb={0}
          color="gray"
          variant="light"
          icon={<Archive size={18} aria-hidden />}
          title={t('details.archived')}
        >
          {t('details.archivedHint')}
        </Alert>
      )}
      <div className={classes.acts}>
        {may('status') && room.status !== 'ARCHIVED' && (
          <Button variant="light" leftSection={<Settings2 size={18} aria-hidden />} onClick={onSettings}>
            {t('rooms.settings')}
          </Button>
        )}
        {may('export') && <Export roomId={room.room_id} />}
      </div>
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
        {room.duplicate_of && (
          <Row label={t('details.duplicateOf')}>
            <Original roomId={room.duplicate_of} />
          </Row>
        )}
        <Row label={t('rooms.assignee')}>{room.assignee?.name ?? t('rooms.unassigned')}</Row>
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
        {room.tags.length > 0 && (
          <Row label={t('rooms.tags')}>
            <ul className={classes.tags}>
              {room.tags.map((tag) => (
                <li key={tag}>{tag}</li>
              ))}
            </ul>
          </Row>
        )}
        {room.resolution && (
          <Row label={t('rooms.ask.resolution')}>
            <span className={classes.prose}>{room.resolution}</span>
          </Row>
        )}
        {room.root_cause && (
          <Row label={t('rooms.ask.rootCause')}>
            <span className={classes.prose}>{room.root_cause}</span>
          </Row>
        )}
        {room.waiver && (
          <Row label={t('rooms.ask.waiver')}>
            <span className={classes.prose}>{room.waiver}</span>
          </Row>
        )}
      </dl>
      <h2 className={classes.heading}>{t('details.times')}</h2>
      <Times room={room} />
      <dl className={classes.list}>
        <Row label={t('details.declaredBy')}>{room.created_by.name}</Row>
        <Row label={t('details.lastActivity')}>
          <time dateTime={room.last_activity_at}>{full.format(new Date(room.last_activity_at))}</time>
        </Row>
        {room.template_id && (
          <Row label={t('details.template')}>
            <TemplateName id={room.template_id} version={room.template_version} />
          </Row>
        )}
        <Row label={t('details.myRole')}>{t(`role.${room.my_role ?? 'none'}`)}</Row>
      </dl>
    </>
  );
}

/** Takes the room away as one document. */
function Export({ roomId }: { roomId: string }) {
  const { t } = useTranslation();
  const { mutate, isPending, isError, error } = useExport(roomId);
  return (
    <>
      <Button
        variant="default"
        leftSection={<Download size={18} aria-hidden />}
        loading={isPending}
        onClick={() => mutate()}
      >
        {t('details.export')}
      </Button>
      <span role="status" className="sr-only">
        {isPending && t('details.exporting')}
      </span>
      {isError && (
        <Alert color="red" variant="light" title={t('details.exportFailed')} role="alert">
          <TroubleText trouble={troubleOf(error)} />
        </Alert>
      )}
    </>
  );
}

/** From the declaration to the end, with how long each step took to reach. */
function Times({ room }: { room: Room }) {
  const { t } = useTranslation();
  const { full } = formats(useLanguage());
  return (
    <ol className={classes.times}>
      {milestones(room).map(({ step, at, after }) => {
        const { days, clock } = elapsed(after ?? 0);
        const time = days > 0 ? t('rooms.elapsedDays', { days, time: clock }) : clock;
        return (
          <li key={step}>
            <span className={classes.step}>{t(`details.step.${step}`)}</span>
            <time dateTime={at}>{full.format(new Date(at))}</time>
            {after !== undefined && (
              <span className={`${classes.after} figures`}>{t('details.after', { time })}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** The incident that this one repeats; not everybody who reads this may read that. */
function Original({ roomId }: { roomId: string }) {
  const { t } = useTranslation();
  const room = useQuery({ ...roomQuery(roomId), retry: false });
  if (room.isPending) return null;
  if (room.data === undefined) return t('details.originalHidden');
  return (
    <Link to="/rooms/$roomId" params={{ roomId }} search={(before) => before}>
      <span className="figures">{room.data.number}</span> {room.data.title}
    </Link>
  );
}

function TemplateName({ id, version }: { id: string; version?: number }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const template = useQuery({ ...templateQuery(id, version), staleTime: Number.POSITIVE_INFINITY });
  if (template.data === undefined) return version === undefined ? null : t('details.version', { version });
  const { name_en, name_zh, version: read } = template.data;
  return t('details.templateVersion', {
    name: language === 'en' ? name_en : name_zh,
    version: version ?? read,
  });
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.row}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

import { Alert, Button, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { membersQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import { keepRoom, reloadRoom } from '@/api/rooms';
import type { Room } from '@/api/types';
import { Sheet, SheetFoot } from '@/ui/Sheet';
import { tell } from '@/ui/tell';
import { ChangeTrouble } from './ChangeTrouble';
import { bounds } from './declaration';
import { incidentTypes, severities } from './filters';
import type { May } from './moves';
import classes from './Settings.module.css';
import { type Draft, type DraftField, draftOf, isCount, patchOf, rebase } from './settings';

interface Props {
  room: Room;
  may: May;
  onClose: () => void;
}

/** Changes what is known about an incident. What was typed outlives a stale version (F-RM-10). */
export function Settings({ room, may, onClose }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [base, setBase] = useState(room);
  const [draft, setDraft] = useState(() => draftOf(room));
  const [contested, setContested] = useState<DraftField[]>([]);
  const [checked, setChecked] = useState(false);
  const update = $api.useMutation('patch', '/api/rooms/{room_id}', {
    onSuccess: (answer) => keepRoom(cache, answer),
    onError: (error) => {
      if (troubleOf(error).code === 'conflict') return reloadRoom(cache, room.room_id);
    },
  });

  if (room.version > base.version) {
    const next = rebase(draft, base, room);
    setBase(room);
    setDraft(next.draft);
    setContested(next.contested);
  }

  const archived = room.status === 'ARCHIVED';
  const all = may('settings') && !archived;
  const some = may('status') && !archived;
  const needTitle = checked && draft.title.trim() === '';
  const badCount = !isCount(draft.units_at_risk);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (draft.title.trim() === '' || badCount) return;
    const body = patchOf(base, draft);
    if (body === undefined) {
      onClose();
      return;
    }
    update.mutate(
      { params: { path: { room_id: room.room_id } }, body },
      {
        onSuccess: () => {
          tell(t('rooms.saved'));
          onClose();
        },
      },
    );
  };

  const theirs = (field: DraftField): string | undefined =>
    contested.includes(field) ? t('rooms.nowIs', { value: spoken(room, field) }) : undefined;
  const spoken = (now: Room, field: DraftField): string => {
    if (field === 'assignee') return now.assignee?.name ?? t('rooms.unassigned');
    if (field === 'severity') return t(`severity.${now.severity}`);
    if (field === 'incident_type') return t(`type.${now.incident_type}`);
    if (field === 'line_stopped') return t(now.line_stopped ? 'rooms.lineStopped' : 'rooms.lineRuns');
    return String(draftOf(now)[field]) || '—';
  };

  type TextField = 'title' | 'site' | 'line' | 'station' | 'equipment' | 'lot' | 'description';
  const text = (field: TextField) => ({
    label: t(field === 'title' ? 'declare.roomTitle' : `declare.${field}`),
    description: theirs(field),
    maxLength: bounds[field],
    disabled: !all,
    value: draft[field],
    onChange: (event: { currentTarget: { value: string } }) => change({ [field]: event.currentTarget.value }),
  });

  return (
    <Sheet title={t('rooms.settings')} size="lg" onClose={onClose}>
      <form onSubmit={submit} noValidate className={classes.form}>
        {archived && (
          <Alert color="gray" variant="light">
            {t('rooms.closedBecause.archived')}
          </Alert>
        )}
        {!all && some && <p className={classes.note}>{t('rooms.ownersOnly')}</p>}
        <div className={classes.pair}>
          <Select
            label={t('severity.label')}
            description={theirs('severity')}
            disabled={!some}
            allowDeselect={false}
            data={severities.map((value) => ({ value, label: t(`severity.${value}`) }))}
            value={draft.severity}
            onChange={(severity) => severity && change({ severity })}
          />
          <AssigneePicker
            room={room}
            description={theirs('assignee')}
            disabled={!some}
            value={draft.assignee}
            onChange={(assignee) => change({ assignee })}
          />
        </div>
        <TextInput {...text('title')} required error={needTitle ? t('declare.needTitle') : undefined} />
        <Select
          label={t('type.label')}
          description={theirs('incident_type')}
          disabled={!all}
          allowDeselect={false}
          data={incidentTypes.map((value) => ({ value, label: t(`type.${value}`) }))}
          value={draft.incident_type}
          onChange={(incident_type) => incident_type && change({ incident_type })}
        />
        <div className={classes.pair}>
          <TextInput {...text('site')} />
          <TextInput {...text('line')} />
          <TextInput {...text('station')} />
          <TextInput {...text('equipment')} />
          <TextInput {...text('lot')} />
          <TextInput
            label={t('declare.units_at_risk')}
            description={theirs('units_at_risk')}
            inputMode="numeric"
            disabled={!all}
            error={badCount ? t('declare.needCount') : undefined}
            value={draft.units_at_risk}
            onChange={(event) => change({ units_at_risk: event.currentTarget.value })}
          />
        </div>
        <Switch
          label={t('declare.stopped')}
          description={theirs('line_stopped')}
          disabled={!all}
          checked={draft.line_stopped}
          onChange={(event) => change({ line_stopped: event.currentTarget.checked })}
        />
        <Textarea {...text('description')} autosize minRows={3} maxRows={10} />
        <TagsInput
          label={t('rooms.tags')}
          description={theirs('tags') ?? t('rooms.tagsHint')}
          maxTags={20}
          maxLength={40}
          disabled={!all}
          value={draft.tags}
          onChange={(tags) => change({ tags })}
        />
        {update.isError && (
          <ChangeTrouble
            title={t('rooms.notSaved')}
            error={update.error}
            seen={update.variables?.body.version}
            version={room.version}
          />
        )}
        {!update.isError && contested.length > 0 && (
          <Alert color="yellow" variant="light" role="alert">
            {t('rooms.changedMeanwhile')}
          </Alert>
        )}
        <SheetFoot>
          <Button variant="default" onClick={onClose}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" loading={update.isPending} disabled={!some}>
            {t('rooms.save')}
          </Button>
        </SheetFoot>
      </form>
    </Sheet>
  );
}

interface PickerProps {
  room: Room;
  description?: string;
  disabled: boolean;
  value: string;
  onChange: (userId: string) => void;
}

/** One of the room's members, or nobody. */
function AssigneePicker({ room, value, onChange, ...rest }: PickerProps) {
  const { t } = useTranslation();
  const members = useQuery(membersQuery(room.room_id));
  const people = new Map((members.data?.members ?? []).map(({ user_id, name }) => [user_id, name]));
  if (room.assignee !== undefined) people.set(room.assignee.user_id, room.assignee.name);
  return (
    <Select
      {...rest}
      label={t('rooms.assignee')}
      placeholder={t('rooms.unassigned')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('rooms.unassign') }}
      data={[...people].map(([user, label]) => ({ value: user, label }))}
      nothingFoundMessage={t('rooms.noSuchMember')}
      value={people.has(value) ? value : null}
      onChange={(user) => onChange(user ?? '')}
    />
  );
}

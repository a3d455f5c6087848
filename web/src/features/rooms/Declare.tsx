import { Alert, Button, Collapse, Skeleton, Switch, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronDown, ChevronUp, Lock, MapPin, OctagonX } from 'lucide-react';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { roomQuery, templatesQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { Place, Room } from '@/api/types';
import { Notice } from '@/ui/Notice';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { TroubleText } from '@/ui/TroubleText';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Declare.module.css';
import {
  type BoundedField,
  check,
  type Declaration,
  type Field,
  fieldOf,
  requestOf,
  titleOf,
} from './declaration';
import { rememberPlace } from './lastPlace';
import { Preview } from './Preview';
import { placeText } from './place';
import { SeverityTiles, TemplateTiles } from './Tiles';

/** The fields that are shown on request, or when the template requires one of them. */
const folded: readonly Field[] = ['site', 'equipment', 'lot', 'units_at_risk', 'description'];

interface Props {
  /** Known from a station's link, or from the last declaration on this device. */
  place: Place;
  allowed: boolean;
  /** The buttons for files. */
  tools: ReactNode;
  /** What was chosen, above the last button. */
  staged: ReactNode;
  onDeclared: (room: Room) => void;
}

export function Declare({ place, allowed, tools, staged, onDeclared }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const form = useRef<HTMLFormElement>(null);
  const templates = useQuery(templatesQuery());
  const cache = useQueryClient();
  const create = $api.useMutation('post', '/api/rooms');
  const [declared, setDeclared] = useState<Declaration>({
    place,
    lot: '',
    description: '',
    lineStopped: false,
    units: '',
  });
  const [checked, setChecked] = useState(false);
  const [more, setMore] = useState(false);

  const template = templates.data?.templates.find((one) => one.template_id === declared.templateId);
  const title = titleOf(declared, template, language);
  const errors = check(declared, title, template);
  const required = new Set<Field>(template?.required);
  const here = placeText(declared.place);
  const trouble = create.isError ? troubleOf(create.error) : undefined;
  const troubled = trouble && fieldOf(trouble);

  const change = (part: Partial<Declaration>) => {
    if (create.isError) create.reset();
    setDeclared((before) => ({ ...before, ...part }));
  };
  const changePlace = (part: Place) => change({ place: { ...declared.place, ...part } });

  const errorOf = (field: Field): string | undefined => {
    if (field === troubled) return trouble?.detail;
    const error = errors[field];
    if (error === undefined || (!checked && error.key !== 'tooLong')) return undefined;
    return error.key === 'tooLong' ? t('declare.tooLong', error) : t(`declare.${error.key}`);
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (Object.keys(errors).length > 0 || template === undefined) {
      if (folded.some((field) => field in errors)) setMore(true);
      queueMicrotask(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"], input')?.focus());
      return;
    }
    create.mutate(
      { body: requestOf(declared, title, template) },
      {
        onSuccess: (room) => {
          rememberPlace(declared.place);
          cache.setQueryData(roomQuery(room.room_id).queryKey, room); // shown without asking again
          onDeclared(room);
        },
      },
    );
  };

  const labelOf = (field: BoundedField | 'units_at_risk') => {
    const label = t(field === 'title' ? 'declare.roomTitle' : `declare.${field}`);
    const needed = field === 'title' || required.has(field);
    return folded.includes(field) && !needed ? t('declare.optional', { field: label }) : label;
  };
  const text = (field: BoundedField | 'units_at_risk', value: string, set: (value: string) => void) => ({
    label: labelOf(field),
    required: required.has(field),
    error: errorOf(field),
    value,
    onChange: (event: { currentTarget: { value: string } }) => set(event.currentTarget.value),
  });

  if (!allowed) return <Notice icon={Lock} title={t('declare.notAllowed')} />;

  return (
    <form className={classes.form} ref={form} onSubmit={submit} noValidate aria-labelledby="declare-title">
      <div className={classes.body}>
        <h1 id="declare-title" className={classes.title}>
          {t('declare.title')}
        </h1>
        {here !== '' && (
          <p className={classes.here}>
            <MapPin size={20} aria-hidden />
            {here}
          </p>
        )}

        <section className={classes.section} aria-label={t('declare.what')}>
          <h2>{t('declare.what')}</h2>
          {templates.isPending && <Skeleton height={150} />}
          {templates.isError && (
            <TroubleNotice
              title={t('declare.templatesFailed')}
              error={templates.error}
              retry={() => void templates.refetch()}
            />
          )}
          {templates.data !== undefined && (
            <TemplateTiles
              templates={templates.data.templates}
              value={declared.templateId}
              error={errorOf('template')}
              onChange={(chosen) => {
                change({ templateId: chosen.template_id, severity: chosen.severity });
                if (chosen.required.some((field) => folded.includes(field))) setMore(true);
              }}
            />
          )}
          {template !== undefined && <Preview template={template} />}
          <SeverityTiles value={declared.severity} onChange={(severity) => change({ severity })} />
        </section>

        <section className={classes.section} aria-label={t('declare.place')}>
          <h2>{t('declare.place')}</h2>
          <div className={classes.pair}>
            <TextInput
              {...text('line', declared.place.line ?? '', (line) => changePlace({ line }))}
              placeholder={t('declare.linePlaceholder')}
            />
            <TextInput
              {...text('station', declared.place.station ?? '', (station) => changePlace({ station }))}
              placeholder={t('declare.stationPlaceholder')}
            />
          </div>
          <Switch
            className={classes.stopped}
            data-on={declared.lineStopped || undefined}
            size="md"
            checked={declared.lineStopped}
            onChange={(event) => change({ lineStopped: event.currentTarget.checked })}
            thumbIcon={declared.lineStopped ? <OctagonX size={12} color="#b0101c" aria-hidden /> : undefined}
            label={t('declare.stopped')}
            description={t('declare.stoppedHint')}
          />
          <TextInput
            {...text('title', title, (value) => change({ title: value }))}
            description={t('declare.roomTitleHint')}
            required
          />
        </section>

        <Button
          variant="subtle"
          className={classes.more}
          aria-expanded={more}
          onClick={() => setMore(!more)}
          rightSection={more ? <ChevronUp size={16} aria-hidden /> : <ChevronDown size={16} aria-hidden />}
        >
          {t('declare.more')}
        </Button>
        <Collapse expanded={more}>
          <section className={classes.section} aria-label={t('declare.details')}>
            <div className={classes.pair}>
              <TextInput {...text('site', declared.place.site ?? '', (site) => changePlace({ site }))} />
              <TextInput
                {...text('equipment', declared.place.equipment ?? '', (equipment) =>
                  changePlace({ equipment }),
                )}
              />
            </div>
            <div className={classes.pair}>
              <TextInput {...text('lot', declared.lot, (lot) => change({ lot }))} />
              <TextInput
                {...text('units_at_risk', declared.units, (units) => change({ units }))}
                inputMode="numeric"
              />
            </div>
            <Textarea
              {...text('description', declared.description, (description) => change({ description }))}
              autosize
              minRows={3}
              maxRows={10}
            />
          </section>
        </Collapse>
      </div>

      <div className={classes.foot}>
        {trouble !== undefined && troubled === undefined && (
          <Alert color="red" variant="light" title={t('declare.failed')} role="alert">
            <TroubleText trouble={trouble} />
          </Alert>
        )}
        <div className={classes.staged}>{staged}</div>
        <div className={classes.keys}>
          {tools}
          <Button type="submit" size="md" loading={create.isPending}>
            {t('declare.submit')}
          </Button>
        </div>
      </div>
    </form>
  );
}

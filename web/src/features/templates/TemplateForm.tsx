import { Alert, Button, Checkbox, Select, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { templateListKey, templateQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { Template } from '@/api/types';
import { TroubleText } from '@/ui/TroubleText';
import { tell } from '@/ui/tell';
import { useLanguage } from '@/ui/useLanguage';
import { ChecklistEditor } from './ChecklistEditor';
import { bodyOf, type Draft, draftOf, gaps, limits } from './draft';
import { MembersEditor } from './MembersEditor';
import classes from './Templates.module.css';

const types = ['equipment', 'quality', 'material', 'safety', 'process', 'it', 'other'] as const;
const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] as const;
const requirable = ['site', 'line', 'station', 'equipment', 'lot', 'description', 'units_at_risk'] as const;

interface Props {
  /** The newest version of it; absent for a new one. */
  template?: Template;
  mayManage: boolean;
  onDone: () => void;
}

/** Writes a template. What was typed outlives a stale version. */
export function TemplateForm({ template, mayManage, onDone }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const cache = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(() => draftOf(template));
  const [checked, setChecked] = useState(false);
  const create = $api.useMutation('post', '/api/templates');
  const update = $api.useMutation('patch', '/api/templates/{template_id}');
  const retire = $api.useMutation('delete', '/api/templates/{template_id}');

  const missing = gaps(draft);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const reload = async () => {
    await cache.invalidateQueries({ queryKey: templateListKey });
    if (template === undefined) return;
    await cache.invalidateQueries({ queryKey: templateQuery(template.template_id).queryKey });
  };
  const outcome = (text: string) => ({
    onSuccess: () => {
      void reload();
      tell(text);
      onDone();
    },
    onError: () => void reload(),
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (missing.size > 0) {
      queueMicrotask(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    if (template === undefined) {
      create.mutate({ body: bodyOf(draft) }, outcome(t('templates.added')));
      return;
    }
    const path = { template_id: template.template_id };
    update.mutate({ params: { path }, body: bodyOf(draft, template.version) }, outcome(t('templates.saved')));
  };
  const putAway = () => {
    if (template === undefined) return;
    const path = { template_id: template.template_id };
    retire.mutate({ params: { path } }, outcome(t('templates.retiredNow')));
  };

  const text = (field: 'name_zh' | 'name_en' | 'title_zh' | 'title_en') => ({
    label: t(`templates.${field}`),
    required: true,
    maxLength: field.startsWith('name') ? limits.name : limits.title,
    error: checked && missing.has(field) ? t('templates.needed') : undefined,
    value: draft[field],
    onChange: (event: { currentTarget: { value: string } }) => change({ [field]: event.currentTarget.value }),
  });
  const failed = [create, update, retire].find((request) => request.isError);
  const seen = update.variables?.body.version;
  const stale = failed === update && seen !== undefined && template !== undefined && template.version > seen;

  return (
    <form ref={form} className={classes.page} onSubmit={submit} noValidate aria-labelledby="template-title">
      <Link to="/admin/templates" className={classes.back}>
        <ArrowLeft size={18} aria-hidden />
        {t('templates.title')}
      </Link>
      <header className={classes.head}>
        <div>
          <h1 id="template-title">
            {template === undefined
              ? t('templates.add')
              : language === 'en'
                ? template.name_en
                : template.name_zh}
          </h1>
          {template !== undefined && (
            <p className={classes.quiet}>
              {t('templates.version', { version: template.version })}
              {template.retired && <span className={classes.retired}>{t('templates.retired')}</span>}
            </p>
          )}
        </div>
      </header>
      {!mayManage && <p className={classes.quiet}>{t('templates.readOnly')}</p>}
      <fieldset disabled={!mayManage} className={classes.fields}>
        <legend className="sr-only">{t('templates.fields')}</legend>
        <div className={classes.pair}>
          <TextInput {...text('name_zh')} lang="zh-Hant" />
          <TextInput {...text('name_en')} lang="en" />
          <TextInput {...text('title_zh')} lang="zh-Hant" description={t('templates.titleHint')} />
          <TextInput {...text('title_en')} lang="en" description={t('templates.titleHint')} />
          <Select
            label={t('type.label')}
            allowDeselect={false}
            disabled={!mayManage}
            data={types.map((value) => ({ value, label: t(`type.${value}`) }))}
            value={draft.incident_type}
            onChange={(incident_type) => incident_type && change({ incident_type })}
          />
          <Select
            label={t('severity.label')}
            allowDeselect={false}
            disabled={!mayManage}
            data={severities.map((value) => ({ value, label: t(`severity.${value}`) }))}
            value={draft.severity}
            onChange={(severity) => severity && change({ severity })}
          />
        </div>
        <Checkbox.Group
          label={t('templates.required')}
          description={t('templates.requiredHint')}
          value={draft.required}
          onChange={(value) => change({ required: requirable.filter((field) => value.includes(field)) })}
        >
          <div className={classes.checks}>
            {requirable.map((field) => (
              <Checkbox key={field} value={field} label={t(`declare.${field}`)} />
            ))}
          </div>
        </Checkbox.Group>
        <ChecklistEditor
          lines={draft.checklist}
          missing={checked ? missing : new Set()}
          mayChange={mayManage}
          onChange={(checklist) => change({ checklist })}
        />
        <MembersEditor
          members={draft.members}
          mayChange={mayManage}
          onChange={(members) => change({ members })}
        />
      </fieldset>
      {failed !== undefined && (
        <Alert
          color={stale ? 'yellow' : 'red'}
          variant="light"
          title={stale ? undefined : t('templates.notSaved')}
          role="alert"
        >
          {stale ? t('templates.stale') : <TroubleText trouble={troubleOf(failed.error)} />}
        </Alert>
      )}
      {mayManage && (
        <div className={classes.foot}>
          {template !== undefined && !template.retired && (
            <Button variant="default" className={classes.retire} loading={retire.isPending} onClick={putAway}>
              {t('templates.retire')}
            </Button>
          )}
          <Button variant="default" onClick={onDone}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending || update.isPending}>
            {t(template?.retired ? 'templates.bringBack' : 'rooms.save')}
          </Button>
        </div>
      )}
    </form>
  );
}

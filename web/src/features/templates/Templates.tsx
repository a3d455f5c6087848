import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ClipboardList, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { allTemplatesQuery } from '@/api/keys';
import type { Template } from '@/api/types';
import { Notice } from '@/ui/Notice';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { useLanguage } from '@/ui/useLanguage';
import { Waiting } from '@/ui/Waiting';
import classes from './Templates.module.css';

/** What incidents can be declared from, the retired ones last. */
export function Templates({ mayManage }: { mayManage: boolean }) {
  const { t } = useTranslation();
  const query = useQuery(allTemplatesQuery());
  const templates = (query.data?.templates ?? []).toSorted((a, b) => Number(a.retired) - Number(b.retired));
  return (
    <section className={classes.page} aria-labelledby="templates-title">
      <header className={classes.head}>
        <div>
          <h1 id="templates-title">{t('templates.title')}</h1>
          <p className={classes.quiet}>{t(mayManage ? 'templates.hint' : 'templates.readOnly')}</p>
        </div>
        {mayManage && (
          <Button
            leftSection={<Plus size={18} aria-hidden />}
            renderRoot={(props) => <Link to="/admin/templates/new" {...props} />}
          >
            {t('templates.add')}
          </Button>
        )}
      </header>
      {query.isError && query.data === undefined && (
        <TroubleNotice title={t('templates.failed')} error={query.error} retry={() => void query.refetch()} />
      )}
      {query.isPending && <Waiting />}
      {query.isSuccess && templates.length === 0 && (
        <Notice icon={ClipboardList} title={t('templates.none')} hint={t('templates.noneHint')} />
      )}
      <ul className={classes.list}>
        {templates.map((template) => (
          <li key={template.template_id}>
            <Row template={template} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ template }: { template: Template }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const names = [template.name_zh, template.name_en];
  const [name, other] = language === 'en' ? names.toReversed() : names;
  return (
    <Link
      to="/admin/templates/$templateId"
      params={{ templateId: template.template_id }}
      className={classes.row}
      data-retired={template.retired || undefined}
    >
      <span className={classes.name}>
        <strong>{name}</strong>
        <span className={classes.quiet}>{other}</span>
      </span>
      <span className={classes.facts}>
        {template.retired && <span className={classes.retired}>{t('templates.retired')}</span>}
        <span>{t(`type.${template.incident_type}`)}</span>
        <span>{t(`severity.${template.severity}`)}</span>
        <span>{t('templates.items', { count: template.checklist.length })}</span>
        <span>{t('templates.people', { count: template.members.length })}</span>
        <span>{t('templates.version', { version: template.version })}</span>
      </span>
    </Link>
  );
}

import { Button, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { dryRunQuery, retentionKey } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { RetentionDays, RetentionPolicy } from '@/api/types';
import { formats } from '@/i18n/format';
import { Confirm } from '@/ui/Confirm';
import { tell } from '@/ui/tell';
import { useLanguage } from '@/ui/useLanguage';
import { daysOf, draftOf, isDays, sameDays, severities } from './draft';
import classes from './Retention.module.css';

interface Props {
  policy: RetentionPolicy;
  mayManage: boolean;
  /** The days that the preview below shows, where they are not those in force. */
  previewed?: RetentionDays;
  onPreview: (days: RetentionDays) => void;
}

/** The rule in force, and for an ADMIN the way to another: first a preview of it, then a question. */
export function Policy({ policy, mayManage, previewed, onPreview }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const cache = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(policy.days));
  const [asking, setAsking] = useState(false);
  const apply = $api.useMutation('put', '/api/admin/retention');
  const days = daysOf(draft);
  // What is applied is what was looked at before.
  const ready = days !== undefined && previewed !== undefined && sameDays(days, previewed);
  const preview = useQuery({ ...dryRunOf(previewed), enabled: ready });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (days !== undefined) onPreview(days);
  };
  const close = () => {
    setAsking(false);
    apply.reset();
  };
  const confirm = () => {
    if (days === undefined) return;
    apply.mutate(
      { body: { version: policy.version, days } },
      {
        onSuccess: () => {
          close();
          tell(t('retention.applied'));
          void cache.invalidateQueries({ queryKey: retentionKey });
        },
        onError: (error) => {
          if (troubleOf(error).code === 'conflict') void cache.invalidateQueries({ queryKey: retentionKey });
        },
      },
    );
  };
  return (
    <section className={classes.part} aria-labelledby="retention-policy">
      <h2 id="retention-policy">{t('retention.policy')}</h2>
      <p className={classes.quiet}>
        {policy.changed_at === undefined
          ? t('retention.never')
          : t('retention.changed', {
              name: policy.changed_by ?? '',
              time: formats(language).full.format(new Date(policy.changed_at)),
            })}
      </p>
      {mayManage ? (
        <form onSubmit={submit} noValidate className={classes.form}>
          <div className={classes.fields}>
            {severities.map((severity) => (
              <TextInput
                key={severity}
                label={t(`severity.${severity}`)}
                aria-label={t('retention.daysOf', { severity: t(`severity.${severity}`) })}
                placeholder={t('retention.forever')}
                inputMode="numeric"
                autoComplete="off"
                maxLength={6}
                value={draft[severity]}
                error={isDays(draft[severity]) ? undefined : t('retention.bounds')}
                onChange={(event) => {
                  const text = event.currentTarget.value;
                  setDraft((before) => ({ ...before, [severity]: text }));
                }}
              />
            ))}
          </div>
          <div className={classes.buttons}>
            <Button type="submit" variant="default" disabled={days === undefined}>
              {t('retention.preview')}
            </Button>
            <Button disabled={!ready || preview.data === undefined} onClick={() => setAsking(true)}>
              {t('retention.apply')}
            </Button>
          </div>
          <Confirm
            opened={asking}
            title={t('retention.applyTitle')}
            act={t('retention.applyAct')}
            failed={t('retention.notApplied')}
            error={apply.error}
            busy={apply.isPending}
            onConfirm={confirm}
            onClose={close}
          >
            <Meaning days={days} />
            <p>
              {preview.data !== undefined && preview.data.due > 0
                ? t('retention.applyNow', { count: preview.data.due })
                : t('retention.applyNone')}
            </p>
          </Confirm>
        </form>
      ) : (
        <Meaning days={policy.days} />
      )}
    </section>
  );
}

const dryRunOf = (days?: RetentionDays) => dryRunQuery({ days, held: false, offset: 0 });

/** A policy as it reads. */
function Meaning({ days = {} }: { days?: RetentionDays }) {
  const { t } = useTranslation();
  return (
    <dl className={classes.meaning}>
      {severities.map((severity) => (
        <div key={severity}>
          <dt>{t(`severity.${severity}`)}</dt>
          <dd className="figures">
            {days[severity] === undefined
              ? t('retention.forever')
              : t('retention.count', { count: days[severity] })}
          </dd>
        </div>
      ))}
    </dl>
  );
}

import { Alert, Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Download, SearchX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { troubleOf } from '@/api/problem';
import { More } from '@/ui/More';
import { Notice } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Refusal } from '@/ui/Refusal';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { TroubleText } from '@/ui/TroubleText';
import { useScreen } from '@/ui/useScreen';
import { Waiting } from '@/ui/Waiting';
import { downloadTrail } from './download';
import { Filters } from './Filters';
import type { AuditFilters } from './filters';
import { TrailCards } from './TrailCards';
import { TrailTable } from './TrailTable';
import { useTrail } from './useTrail';

interface Props {
  filters: AuditFilters;
  onChange: (change: AuditFilters) => void;
}

/** Who did what that matters for security, newest first (F-SE-05). */
export function Audit({ filters, onChange }: Props) {
  const { t } = useTranslation();
  const wide = useScreen() === 'desk';
  const query = useTrail(filters);
  const download = useMutation({ mutationFn: downloadTrail });
  const entries = query.data?.pages.flat();
  const View = wide ? TrailTable : TrailCards;

  if (query.isError && troubleOf(query.error).status === 403) {
    return <Refusal title={t('audit.forbidden')} hint={t('audit.forbiddenHint')} />;
  }
  return (
    <Page
      title={t('audit.title')}
      hint={t('audit.hint')}
      actions={
        <Button
          variant="default"
          leftSection={<Download size={18} aria-hidden />}
          loading={download.isPending}
          onClick={() => download.mutate(filters)}
        >
          {t('audit.export')}
        </Button>
      }
    >
      {download.isError && (
        <Alert color="red" variant="light" title={t('audit.exportFailed')} role="alert">
          <TroubleText trouble={troubleOf(download.error)} />
        </Alert>
      )}
      <Filters
        filters={filters}
        userName={entries?.find(({ who }) => who.user_id === filters.user)?.who.name}
        folded={!wide}
        onChange={onChange}
      />
      {entries !== undefined ? (
        entries.length === 0 ? (
          <Notice icon={SearchX} title={t('audit.none')} hint={t('audit.noneHint')} />
        ) : (
          <>
            <View entries={entries} />
            <More query={query} end={t('audit.end')} />
          </>
        )
      ) : query.isError ? (
        <TroubleNotice title={t('audit.failed')} error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Waiting rows={8} height={44} />
      )}
    </Page>
  );
}

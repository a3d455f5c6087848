import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { storageQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import { Page } from '@/ui/Page';
import { Refusal } from '@/ui/Refusal';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { Waiting } from '@/ui/Waiting';
import { StorageTable } from './StorageTable';

/** What the evidence takes, by kind (F-OP-06). */
export function Storage() {
  const { t } = useTranslation();
  const query = useQuery({ ...storageQuery(), staleTime: 0 });
  if (query.isError && troubleOf(query.error).status === 403) {
    return <Refusal title={t('storage.forbidden')} hint={t('storage.forbiddenHint')} />;
  }
  return (
    <Page title={t('storage.title')} hint={t('storage.hint')}>
      {query.data !== undefined ? (
        <StorageTable use={query.data} />
      ) : query.isError ? (
        <TroubleNotice title={t('storage.failed')} error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Waiting rows={7} height={40} />
      )}
    </Page>
  );
}

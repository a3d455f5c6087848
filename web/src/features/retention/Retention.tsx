import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { retentionQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { RetentionDays } from '@/api/types';
import { Page } from '@/ui/Page';
import { Refusal } from '@/ui/Refusal';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { Waiting } from '@/ui/Waiting';
import { sameDays } from './draft';
import { Policy } from './Policy';
import { Preview } from './Preview';
import { Tombstones } from './Tombstones';

/** When archived rooms end: the rule, what it would do now, and what it has done (F-FU-02). */
export function Retention({ mayManage }: { mayManage: boolean }) {
  const { t } = useTranslation();
  const query = useQuery({ ...retentionQuery(), staleTime: 0 });
  const [proposed, setProposed] = useState<RetentionDays>();
  if (query.isError && troubleOf(query.error).status === 403) {
    return <Refusal title={t('retention.forbidden')} hint={t('retention.forbiddenHint')} />;
  }
  const policy = query.data;
  const draft =
    proposed !== undefined && policy !== undefined && !sameDays(proposed, policy.days) ? proposed : undefined;
  return (
    <Page title={t('retention.title')} hint={t('retention.hint')}>
      {policy !== undefined ? (
        <>
          <Policy
            key={policy.version}
            policy={policy}
            mayManage={mayManage}
            previewed={draft}
            onPreview={setProposed}
          />
          <Preview key={JSON.stringify([policy.version, draft])} days={draft} />
          <Tombstones />
        </>
      ) : query.isError ? (
        <TroubleNotice title={t('retention.failed')} error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Waiting rows={5} height={56} />
      )}
    </Page>
  );
}

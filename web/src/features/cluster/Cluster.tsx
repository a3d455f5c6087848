import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CloudOff, Info } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clusterQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { Cluster as Answer, Node } from '@/api/types';
import { formats } from '@/i18n/format';
import { Refusal } from '@/ui/Refusal';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { useAfter } from '@/ui/useAfter';
import { useLanguage } from '@/ui/useLanguage';
import { useScreen } from '@/ui/useScreen';
import classes from './Cluster.module.css';
import { DrainNode } from './DrainNode';
import { Legend } from './Legend';
import { NodeCards } from './NodeCards';
import { NodeTable } from './NodeTable';
import { serves } from './nodes';

/** Seconds between two looks at the nodes; none while the tab is hidden. */
const interval = 5;

/** The nodes of the installation: who is there, how they are, and the way to take one out. */
export function Cluster({ mayDrain }: { mayDrain: boolean }) {
  const { t } = useTranslation();
  const cluster = useQuery({
    ...clusterQuery(),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.error !== null && !troubleOf(state.error).retryable ? false : interval * 1000,
  });
  const slow = useAfter(cluster.isPending, 200);
  const time = formats(useLanguage()).full.format(cluster.dataUpdatedAt);

  if (cluster.isError && troubleOf(cluster.error).status === 403) {
    return <Refusal title={t('cluster.forbidden')} hint={t('cluster.forbiddenHint')} />;
  }
  if (cluster.data === undefined && cluster.isError) {
    return (
      <TroubleNotice title={t('cluster.failed')} error={cluster.error} retry={() => void cluster.refetch()} />
    );
  }
  return (
    <section className={classes.page} aria-labelledby="cluster-title">
      <header className={classes.head}>
        <h1 id="cluster-title">{t('cluster.title')}</h1>
        {cluster.data !== undefined && (
          <>
            <span>{t('cluster.count', { count: cluster.data.nodes.length })}</span>
            <span className={`${classes.updated} figures`}>
              {t('cluster.updated', { seconds: interval, time })}
            </span>
          </>
        )}
      </header>
      {cluster.isError && (
        <p className={classes.stale} role="status">
          <CloudOff size={18} aria-hidden />
          {t('cluster.stale', { time })}
        </p>
      )}
      {cluster.data === undefined ? slow && <Waiting /> : <Nodes {...cluster.data} mayDrain={mayDrain} />}
    </section>
  );
}

function Nodes({ nodes, node_id: here, mayDrain }: Answer & { mayDrain: boolean }) {
  const { t } = useTranslation();
  const wide = useScreen() === 'desk';
  const [asked, setAsked] = useState<Node>();
  const [asking, setAsking] = useState(false);
  const alone = nodes.filter(serves).length === 1;
  const View = wide ? NodeTable : NodeCards;
  return (
    <>
      {alone && (
        <p className={classes.alone}>
          <Info size={18} aria-hidden />
          <span>
            <strong>{t('cluster.alone')}</strong> <span id="cluster-alone">{t('cluster.aloneHint')}</span>
          </span>
        </p>
      )}
      <View
        nodes={nodes}
        here={here}
        onDrain={
          mayDrain
            ? (node) => {
                setAsked(node);
                setAsking(true);
              }
            : undefined
        }
      />
      <Legend />
      <DrainNode
        node={asked}
        opened={asking}
        here={asked?.node_id === here}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

function Waiting() {
  const { t } = useTranslation();
  return (
    <div className={classes.waiting} role="status" aria-label={t('app.loading')}>
      <Skeleton height={40} />
      <Skeleton height={64} />
      <Skeleton height={64} />
    </div>
  );
}

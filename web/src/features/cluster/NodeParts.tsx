import { CircleCheck, LogOut, OctagonX, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Node, NodeState } from '@/api/types';
import { ago, formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import { useNow } from '@/ui/useNow';
import classes from './Cluster.module.css';
import { nameOf, unheardBy } from './nodes';

const shapes = { up: CircleCheck, draining: LogOut, suspect: TriangleAlert, expired: OctagonX };

export function NodeStateBadge({ state }: { state: NodeState }) {
  const { t } = useTranslation();
  const Shape = shapes[state];
  return (
    <span className={classes.state} data-state={state}>
      <Shape size={15} strokeWidth={2.25} aria-hidden />
      {t(`cluster.state.${state}`)}
    </span>
  );
}

export function NodeName({ node, nodes, here }: { node: Node; nodes: Node[]; here: string }) {
  const { t } = useTranslation();
  const unheard = unheardBy(nodes, node);
  return (
    <div className={classes.name}>
      <span className={classes.address}>{nameOf(node)}</span>
      {node.node_id === here && <span className={classes.here}>{t('cluster.here')}</span>}
      <code className={classes.id}>{node.node_id}</code>
      {unheard.length > 0 && (
        <span className={classes.deaf}>{t('cluster.deaf', { names: unheard.join(', ') })}</span>
      )}
    </div>
  );
}

export function Version({ node }: { node: Node }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useNow('half-minute');
  return (
    <>
      {node.version}
      <span className={classes.quiet}>
        {t('cluster.started', { ago: ago(language, Date.parse(node.started_at), now) })}
      </span>
    </>
  );
}

export function Lease({ node }: { node: Node }) {
  const { t } = useTranslation();
  const { number } = formats(useLanguage());
  const seconds = number.format(Math.abs(node.lease_left_ms) / 1000);
  return t(node.lease_left_ms > 0 ? 'cluster.leaseLeft' : 'cluster.leaseOver', { seconds });
}

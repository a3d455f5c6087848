import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Node } from '@/api/types';
import classes from './Cluster.module.css';
import { hasTaker, nameOf } from './nodes';

interface Props {
  node: Node;
  nodes: Node[];
  onDrain: (node: Node) => void;
}

/**
 * One button whatever the state, so that the focus has a place to come back to;
 * a node whose lease is over has nothing left to drain.
 */
export function DrainButton({ node, nodes, onDrain }: Props) {
  const { t } = useTranslation();
  if (node.state === 'expired') return null;
  const draining = node.state === 'draining';
  const last = !hasTaker(nodes, node);
  const off = draining || last;
  return (
    <Button
      variant="default"
      className={classes.drain}
      aria-label={draining ? undefined : t('cluster.drainName', { name: nameOf(node) })}
      aria-disabled={off || undefined}
      data-disabled={off || undefined}
      aria-describedby={last && !draining ? 'cluster-alone' : undefined}
      onClick={() => !off && onDrain(node)}
    >
      {t(draining ? 'cluster.state.draining' : 'cluster.drain')}
    </Button>
  );
}

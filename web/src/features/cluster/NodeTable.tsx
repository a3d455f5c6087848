import { useTranslation } from 'react-i18next';
import type { Node } from '@/api/types';
import { formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Cluster.module.css';
import { DrainButton } from './DrainButton';
import { Lease, NodeName, NodeStateBadge, Version } from './NodeParts';
import { columns } from './nodes';

export interface View {
  nodes: Node[];
  /** The id of the node that answers. */
  here: string;
  /** Absent for who may only look. */
  onDrain?: (node: Node) => void;
}

/** The nodes on a desk: one row each, so that figures stand below each other. */
export function NodeTable({ nodes, here, onDrain }: View) {
  const { t } = useTranslation();
  const { number } = formats(useLanguage());
  return (
    <table className={classes.table} aria-labelledby="cluster-title">
      <thead>
        <tr>
          <th scope="col">{t('cluster.node')}</th>
          <th scope="col">{t('cluster.stateLabel')}</th>
          <th scope="col">{t('cluster.zone')}</th>
          <th scope="col">{t('cluster.version')}</th>
          <th scope="col">{t('cluster.lease')}</th>
          {columns.map(([label]) => (
            <th key={label} scope="col" className={classes.number}>
              {t(`cluster.${label}`)}
            </th>
          ))}
          {onDrain !== undefined && (
            <th scope="col">
              <span className="sr-only">{t('cluster.actions')}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {nodes.map((node) => (
          <tr key={node.node_id}>
            <th scope="row">
              <NodeName node={node} nodes={nodes} here={here} />
            </th>
            <td>
              <NodeStateBadge state={node.state} />
            </td>
            <td>{node.zone === '' ? '—' : node.zone}</td>
            <td>
              <Version node={node} />
            </td>
            <td className="figures">
              <Lease node={node} />
            </td>
            {columns.map(([label, figure]) => (
              <td key={label} className={`${classes.number} figures`}>
                {number.format(node.figures[figure])}
              </td>
            ))}
            {onDrain !== undefined && (
              <td className={classes.action}>
                <DrainButton node={node} nodes={nodes} onDrain={onDrain} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

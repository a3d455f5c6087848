import { useTranslation } from 'react-i18next';
import { formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Cluster.module.css';
import { DrainButton } from './DrainButton';
import { Lease, NodeName, NodeStateBadge, Version } from './NodeParts';
import type { View } from './NodeTable';
import { columns } from './nodes';

/** The nodes where a table would not fit: a card each. */
export function NodeCards({ nodes, here, onDrain }: View) {
  const { t } = useTranslation();
  const { number } = formats(useLanguage());
  return (
    <ul className={classes.cards} aria-labelledby="cluster-title">
      {nodes.map((node) => (
        <li key={node.node_id} className={classes.card}>
          <div className={classes.cardHead}>
            <NodeName node={node} nodes={nodes} here={here} />
            <NodeStateBadge state={node.state} />
          </div>
          <dl className={classes.facts}>
            <div>
              <dt>{t('cluster.zone')}</dt>
              <dd>{node.zone === '' ? t('cluster.noZone') : node.zone}</dd>
            </div>
            <div>
              <dt>{t('cluster.version')}</dt>
              <dd>
                <Version node={node} />
              </dd>
            </div>
            <div>
              <dt>{t('cluster.lease')}</dt>
              <dd className="figures">
                <Lease node={node} />
              </dd>
            </div>
            {columns.map(([label, figure]) => (
              <div key={label}>
                <dt>{t(`cluster.${label}`)}</dt>
                <dd className="figures">{number.format(node.figures[figure])}</dd>
              </div>
            ))}
          </dl>
          {onDrain !== undefined && <DrainButton node={node} nodes={nodes} onDrain={onDrain} />}
        </li>
      ))}
    </ul>
  );
}

import { useTranslation } from 'react-i18next';
import classes from './Cluster.module.css';

/** What the words of the columns mean, for whoever is called at night. */
export function Legend() {
  const { t } = useTranslation();
  const terms = [
    [t('cluster.stateLabel'), t('cluster.legendText.state')],
    [t('cluster.lease'), t('cluster.legendText.lease')],
    [t('cluster.queue'), t('cluster.legendText.queue')],
    [t('cluster.takeovers'), t('cluster.legendText.takeovers')],
    [t('cluster.fenced'), t('cluster.legendText.fenced')],
  ];
  return (
    <details className={classes.legend}>
      <summary>{t('cluster.legend')}</summary>
      <dl>
        {terms.map(([term, text]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

import { useTranslation } from 'react-i18next';
import { radii, sizes, spaces } from '@/theme/tokens';
import classes from './Design.module.css';

const steps = ['xl', 'l', 'm', 's'] as const;

/** Each size of text as it is on this device. */
export function Type() {
  const { t } = useTranslation();
  return (
    <ul className={classes.rows}>
      {steps.map((step) => (
        <li key={step}>
          <code>{step}</code>
          <span style={{ fontSize: `var(--tr-size-${step})` }}>{t('design.words')}</span>
          <span className={classes.promise}>
            {t('design.sizes', { desk: sizes.desk[step], touch: sizes.touch[step] })}
          </span>
        </li>
      ))}
      {(['tap', 'key'] as const).map((what) => (
        <li key={what}>
          <code>{what}</code>
          <span className={classes[what]} />
          <span className={classes.promise}>
            {t('design.sizes', { desk: sizes.desk[what], touch: sizes.touch[what] })}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Spaces() {
  const { t } = useTranslation();
  return (
    <ul className={classes.rows}>
      {Object.entries(spaces).map(([step, pixels]) => (
        <li key={step}>
          <code>{step}</code>
          <span className={classes.space} style={{ width: pixels }} />
          <span className={classes.promise}>{t('design.pixels', { pixels })}</span>
        </li>
      ))}
    </ul>
  );
}

export function Corners() {
  const { t } = useTranslation();
  return (
    <ul className={classes.boxes}>
      {Object.entries(radii).map(([step, pixels]) => (
        <li key={step}>
          <span className={classes.corner} style={{ borderRadius: pixels }} />
          <code>{step}</code>
          <span className={classes.promise}>{t('design.pixels', { pixels })}</span>
        </li>
      ))}
    </ul>
  );
}

export function Shadow() {
  const { t } = useTranslation();
  return <div className={classes.shadow}>{t('design.shadowHint')}</div>;
}

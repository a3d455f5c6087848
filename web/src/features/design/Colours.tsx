import { useTranslation } from 'react-i18next';
import { contrast } from '@/theme/contrast';
import { type Colour, isOutline, palettes, promisedContrast } from '@/theme/tokens';
import classes from './Design.module.css';

const schemes = ['light', 'dark'] as const;
type Scheme = (typeof schemes)[number];

/** What lies on what, in both schemes, and how far apart the two are. */
export function Contrasts() {
  const { t } = useTranslation();
  return (
    <table className={classes.contrasts}>
      <thead>
        <tr>
          <th scope="col">{t('design.pair')}</th>
          {schemes.map((scheme) => (
            <th key={scheme} scope="col">
              {t(`settings.${scheme}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {promisedContrast.map(([over, under, ratio]) => (
          <tr key={`${over} ${under}`}>
            <th scope="row">
              <code>{over}</code> / <code>{under}</code>
              <span className={classes.promise}>{t('design.atLeast', { ratio })}</span>
            </th>
            {schemes.map((scheme) => (
              <td key={scheme}>
                <Pair over={over} under={under} scheme={scheme} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Pair({ over, under, scheme }: { over: Colour; under: Colour; scheme: Scheme }) {
  const { t } = useTranslation();
  const colours = palettes[scheme];
  const ratio = (Math.floor(contrast(colours[over], colours[under]) * 10) / 10).toFixed(1);
  return (
    <div className={classes.pair}>
      <span
        className={classes.sample}
        style={{ background: colours[under], color: colours[over] }}
        aria-hidden
      >
        {isOutline(over) ? (
          <span className={classes.bar} style={{ background: colours[over] }} />
        ) : (
          t('design.sample')
        )}
      </span>
      <span className="figures">{t('design.ratio', { ratio })}</span>
    </div>
  );
}

/** Every colour by name. */
export function Palettes() {
  const { t } = useTranslation();
  return (
    <div className={classes.palettes}>
      {schemes.map((scheme) => (
        <div key={scheme}>
          <h3>{t(`settings.${scheme}`)}</h3>
          <ul className={classes.swatches}>
            {Object.entries(palettes[scheme]).map(([name, colour]) => (
              <li key={name}>
                <span className={classes.swatch} style={{ background: colour }} />
                <span>
                  <code>{name}</code>
                  <code className={classes.promise}>{colour}</code>
                </span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

import type { ReactNode } from 'react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';
import { Contrasts, Palettes } from './Colours';
import classes from './Design.module.css';
import { Corners, Shadow, Spaces, Type } from './Measures';
import { Buttons, States } from './Parts';

interface Props {
  /** How the page shows every severity and every status. */
  severities: ReactNode;
  statuses: ReactNode;
}

/** What the page is made of, drawn from the tokens themselves (UX: Look). */
export function Design({ severities, statuses }: Props) {
  const { t } = useTranslation();
  return (
    <Page title={t('design.title')} hint={t('design.hint')}>
      <Part title={t('severity.label')}>
        <div className={classes.line}>{severities}</div>
      </Part>
      <Part title={t('status.label')}>
        <div className={classes.line}>{statuses}</div>
      </Part>
      <Part title={t('design.contrast')} hint={t('design.contrastHint')}>
        <Contrasts />
      </Part>
      <Part title={t('design.colours')} hint={t('design.coloursHint')}>
        <Palettes />
      </Part>
      <Part title={t('design.type')} hint={t('design.typeHint')}>
        <Type />
      </Part>
      <Part title={t('design.space')}>
        <Spaces />
      </Part>
      <Part title={t('design.corners')}>
        <Corners />
      </Part>
      <Part title={t('design.shadow')}>
        <Shadow />
      </Part>
      <Part title={t('design.buttons')}>
        <Buttons />
      </Part>
      <Part title={t('design.states')}>
        <States />
      </Part>
    </Page>
  );
}

function Part({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.part} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {hint !== undefined && <p className={classes.hint}>{hint}</p>}
      {children}
    </section>
  );
}

import type { ReactNode } from 'react';
import { useId } from 'react';
import classes from './Page.module.css';

interface Props {
  title: string;
  /** What the screen is for, or how much there is. */
  hint?: ReactNode;
  /** What can be done with all of it. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A screen of its own that scrolls, under its heading. */
export function Page({ title, hint, actions, children }: Props) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has a keyboard only scrolls it, also where nothing in it is pressed
    <section className={classes.page} aria-labelledby={id} tabIndex={0}>
      <div className={classes.column}>
        <header className={classes.head}>
          <div className={classes.title}>
            <h1 id={id}>{title}</h1>
            {hint !== undefined && <p className={classes.hint}>{hint}</p>}
          </div>
          {actions}
        </header>
        {children}
      </div>
    </section>
  );
}

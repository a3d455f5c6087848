import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './Notice.module.css';

interface Props {
  icon: LucideIcon;
  title: string;
  hint?: ReactNode;
  /** What to do next. */
  children?: ReactNode;
  bad?: boolean;
}

/** What stands where content would be: nothing yet, not allowed, failed. */
export function Notice({ icon: Icon, title, hint, children, bad = false }: Props) {
  return (
    <div className={classes.notice} role={bad ? 'alert' : undefined} data-bad={bad || undefined}>
      <Icon size={32} aria-hidden strokeWidth={1.75} />
      <p className={classes.title}>{title}</p>
      {hint !== undefined && <div className={classes.hint}>{hint}</div>}
      {children !== undefined && <div className={classes.actions}>{children}</div>}
    </div>
  );
}

import { Alert } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { troubleOf } from '@/api/problem';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { TroubleText } from '@/ui/TroubleText';
import { Waiting } from '@/ui/Waiting';
import classes from './Access.module.css';

interface Props<T> {
  title: string;
  hint?: string;
  actions?: ReactNode;
  query: { data: T | undefined; isError: boolean; error: unknown; refetch: () => unknown };
  failed: string;
  /** Something that was asked of one of its rows failed. */
  trouble?: { title: string; error: unknown };
  children: (data: T, titleId: string) => ReactNode;
}

/** A list of ways in, with what can be done about all of them. */
export function Section<T>({ title, hint, actions, query, failed, trouble, children }: Props<T>) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <div className={classes.head}>
        <h2 id={id}>{title}</h2>
        {actions}
      </div>
      {hint !== undefined && <p className={classes.quiet}>{hint}</p>}
      {trouble !== undefined && trouble.error !== null && (
        <Alert color="red" variant="light" title={trouble.title} role="alert">
          <TroubleText trouble={troubleOf(trouble.error)} />
        </Alert>
      )}
      {query.data !== undefined ? (
        children(query.data, id)
      ) : query.isError ? (
        <TroubleNotice title={failed} error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Waiting rows={2} height={56} />
      )}
    </section>
  );
}

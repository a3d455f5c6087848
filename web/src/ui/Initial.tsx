import classes from './Initial.module.css';

/** A person's mark: the surname of a Chinese name, the first letter of another. The name stands beside it. */
export function Initial({ name }: { name: string }) {
  const [first = '?'] = name.trim();
  return (
    <span className={classes.initial} aria-hidden>
      {first.toUpperCase()}
    </span>
  );
}

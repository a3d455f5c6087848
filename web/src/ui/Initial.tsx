import classes from './Initial.module.css';

/** A person's mark: the last character of a Chinese name, the first of another. The name stands beside it. */
export function Initial({ name }: { name: string }) {
  const characters = [...name.trim()];
  const han = /\p{Script=Han}/u;
  const mark = han.test(characters[0] ?? '') ? characters.at(-1) : characters[0]?.toUpperCase();
  return (
    <span className={classes.initial} aria-hidden>
      {mark}
    </span>
  );
}

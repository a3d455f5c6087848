import { useTranslation } from 'react-i18next';
import type { Person } from '@/api/types';
import classes from './Chat.module.css';

/** Who is writing now, three names at most; not announced (UX 23). Keeps its line, so that nothing jumps. */
export function TypingLine({ people }: { people: Person[] }) {
  const { t } = useTranslation();
  const [a = '', b = '', c = ''] = people.map((person) => person.name);
  const how = (['one', 'two', 'three'] as const)[people.length - 1] ?? 'many';
  return (
    <p className={classes.typing} aria-live="off" data-typing>
      {people.length > 0 && t(`chat.typing.${how}`, { a, b, c })}
    </p>
  );
}

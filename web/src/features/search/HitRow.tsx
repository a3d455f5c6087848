import { Link } from '@tanstack/react-router';
import { FileText, MessageSquare, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Hit } from '@/api/types';
import { formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Search.module.css';

const icons = { message: MessageSquare, room: TriangleAlert, file: FileText };

/** One thing that was found; opens its room, at its place. */
export function HitRow({ hit }: { hit: Hit }) {
  const { t } = useTranslation();
  const { clock } = formats(useLanguage());
  const Icon = icons[hit.kind];
  let at = 0;
  return (
    <Link
      to="/rooms/$roomId"
      params={{ roomId: hit.room_id }}
      search={{ at: hit.seq }}
      className={classes.hit}
    >
      <span className={classes.where}>
        <Icon size={16} aria-hidden />
        <span className="sr-only">{t(`search.kind.${hit.kind}`)}</span>
        <span className="figures">{hit.number}</span>
        <span className={classes.title}>{hit.title}</span>
      </span>
      <span className={classes.snippet}>
        {hit.snippet.map((part) => {
          const key = at;
          at += part.text.length;
          return part.match ? <mark key={key}>{part.text}</mark> : part.text;
        })}
      </span>
      <span className={classes.by}>
        <span>{hit.author.name}</span>
        <time dateTime={hit.at}>{clock.format(new Date(hit.at))}</time>
      </span>
    </Link>
  );
}

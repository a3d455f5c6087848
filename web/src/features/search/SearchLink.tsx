import { Link } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import classes from './Search.module.css';

/** The way to the search; in a room it searches that room. */
export function SearchLink({ roomId }: { roomId?: string }) {
  const { t } = useTranslation();
  return (
    <Link to="/search" search={{ room: roomId }} className={classes.link} aria-keyshortcuts="/">
      <Search size={18} aria-hidden />
      <span className={classes.linkText}>{t(roomId === undefined ? 'app.search' : 'search.inRoom')}</span>
    </Link>
  );
}

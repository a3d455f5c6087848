import { Link, useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Search.module.css';

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/**
 * The way to the search, also by Ctrl+K; in a room it searches that room, also
 * by "/" (UX 17). A dialog keeps its keys.
 */
export function SearchLink({ roomId }: { roomId?: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const jump = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k';
      const slash = event.key === '/' && roomId !== undefined && !isTyping(event.target);
      if (event.defaultPrevented || event.isComposing || !(jump || slash)) return;
      if (document.querySelector('[role="dialog"]') !== null) return;
      event.preventDefault();
      void navigate({ to: '/search', search: slash ? { room: roomId } : {} });
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigate, roomId]);
  return (
    <Link to="/search" search={{ room: roomId }} className={classes.link} aria-keyshortcuts="Control+K">
      <Search size={18} aria-hidden />
      <span className={classes.linkText}>{t(roomId === undefined ? 'app.search' : 'search.inRoom')}</span>
      <kbd className={classes.kbd}>{t('search.shortcut')}</kbd>
    </Link>
  );
}

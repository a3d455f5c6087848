import { Link, Outlet } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '@/api/session';
import type { User } from '@/api/types';
import classes from './Admin.module.css';
import { screensOf, usePath } from './AdminLinks';

/** The frame around the screens for administrators and auditors; each says itself whom it refuses. */
export function AdminArea() {
  const user = useSession((session) => session.user);
  return (
    user && (
      <div className={classes.area}>
        <AdminNav user={user} />
        <Outlet />
      </div>
    )
  );
}

/** From one of these screens to the others. */
function AdminNav({ user }: { user: User }) {
  const { t } = useTranslation();
  const path = usePath();
  const nav = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: on a phone, where one is may be out of sight
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [path]);
  const offered = screensOf(user);
  if (offered.length === 0) return null;
  return (
    <nav ref={nav} className={classes.nav} aria-label={t('admin.title')}>
      <ul>
        {offered.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link to={to}>
              <Icon size={16} aria-hidden />
              {t(label)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

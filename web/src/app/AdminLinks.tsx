import { Button } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import {
  CalendarClock,
  ClipboardList,
  HardDrive,
  Network,
  QrCode,
  ScrollText,
  ShieldCheck,
  Users,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/types';
import { type Act, can } from '@/features/members';
import classes from './Admin.module.css';

/** The screens for administrators and auditors; each is offered to those who may do one of its acts. */
const screens = [
  { to: '/admin/users', label: 'accounts.title', icon: Users, acts: ['read_users'] },
  { to: '/admin/audit', label: 'audit.title', icon: ScrollText, acts: ['read_audit'] },
  { to: '/admin/storage', label: 'storage.title', icon: HardDrive, acts: ['read_storage'] },
  { to: '/admin/retention', label: 'retention.title', icon: CalendarClock, acts: ['read_retention'] },
  {
    to: '/admin/templates',
    label: 'templates.link',
    icon: ClipboardList,
    acts: ['manage_templates', 'read_audit'],
  },
  { to: '/admin/stations', label: 'stations.title', icon: QrCode, acts: ['manage_templates'] },
  { to: '/admin/cluster', label: 'cluster.title', icon: Network, acts: ['read_cluster'] },
] as const satisfies readonly { acts: readonly Act[]; [more: string]: unknown }[];

export function screensOf(user: User) {
  return screens.filter(({ acts }) => acts.some((act) => can(user, undefined, act)));
}

export function usePath(): string {
  return useLocation({ select: ({ pathname }) => pathname });
}

/** The ways to what only administrators and auditors see. */
export function AdminLinks({ user }: { user: User }) {
  const { t } = useTranslation();
  return screensOf(user).map(({ to, label, icon: Icon }) => (
    <Button
      key={to}
      variant="default"
      justify="start"
      leftSection={<Icon size={18} aria-hidden />}
      renderRoot={(props) => <Link to={to} {...props} />}
    >
      {t(label)}
    </Button>
  ));
}

/** The same as one link, where there is no room for all. */
export function AdminLink({ user }: { user: User }) {
  const { t } = useTranslation();
  const [first] = screensOf(user);
  if (first === undefined) return null;
  return (
    <Button
      variant="default"
      leftSection={<ShieldCheck size={18} aria-hidden />}
      renderRoot={(props) => <Link to={first.to} {...props} />}
    >
      {t('admin.title')}
    </Button>
  );
}

/** Where among these screens one is; nothing elsewhere. */
export function AdminCrumbs({ user }: { user: User }) {
  const { t } = useTranslation();
  const path = usePath();
  const [first] = screensOf(user);
  const here = screens.find(({ to }) => path === to || path.startsWith(`${to}/`));
  if (here === undefined || first === undefined) return null;
  return (
    <nav className={classes.crumbs} aria-label={t('app.breadcrumbs')}>
      <ol>
        <li>
          <Link to={first.to}>{t('admin.title')}</Link>
        </li>
        <li aria-hidden>›</li>
        <li aria-current="page">{t(here.label)}</li>
      </ol>
    </nav>
  );
}

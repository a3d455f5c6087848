import { ActionIcon } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import { ArrowRightToLine, CircleUser, Keyboard, ListChecks, Plus, Search } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { roomQuery } from '@/api/keys';
import type { User } from '@/api/types';
import { UserMenu } from '@/features/auth';
import { UploadNews } from '@/features/files';
import { Breadcrumbs } from '@/features/rooms';
import { SearchLink } from '@/features/search';
import icon from '@/theme/icon.svg';
import { AdminCrumbs, AdminLink } from './AdminLinks';
import { AlarmNotice } from './AlarmNotice';
import { capsOf, pageKeys } from './keys';
import { LinkBanner, LinkPill } from './LinkState';
import { NewVersion } from './NewVersion';
import { type Above, PageKeys } from './PageKeys';
import classes from './Shell.module.css';
import { useLive, useUnsent } from './useLive';

/** The frame around every screen of somebody who is signed in. */
export function Shell({ user }: { user: User }) {
  const { t } = useTranslation();
  const { roomId } = useParams({ strict: false });
  const { uploads } = useLive();
  const [above, setAbove] = useState<Above>();
  return (
    <div className={classes.shell} data-room={roomId !== undefined || undefined}>
      <a className={classes.skip} href="#main">
        {t('app.skip')}
      </a>
      <header className={classes.bar}>
        <Link to="/rooms" className={classes.brand}>
          <img src={icon} alt="" width={24} height={24} />
          <strong>{t('app.name')}</strong>
        </Link>
        <div className={classes.crumbs}>
          {roomId !== undefined ? <Crumbs roomId={roomId} /> : <AdminCrumbs user={user} />}
        </div>
        <button
          type="button"
          className={classes.jump}
          aria-keyshortcuts="Control+K"
          onClick={() => setAbove('jump')}
        >
          <ArrowRightToLine size={18} aria-hidden />
          <span>{t('keys.page.jump')}</span>
          <kbd>{capsOf(pageKeys.jump).join('+')}</kbd>
        </button>
        <SearchLink roomId={roomId} />
        <LinkPill />
        <div className={classes.menu}>
          <AdminLink user={user} />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t('keys.title')}
            onClick={() => setAbove('help')}
          >
            <Keyboard size={20} aria-hidden />
          </ActionIcon>
          <UserMenu user={user} unsent={useUnsent()} />
        </div>
      </header>
      <AlarmNotice roomId={roomId} />
      <LinkBanner />
      <NewVersion />
      <UploadNews uploads={uploads} roomId={roomId} />
      <main id="main" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
      <BottomBar roomId={roomId} />
      <PageKeys roomId={roomId} above={above} onAbove={setAbove} />
    </div>
  );
}

function Crumbs({ roomId }: { roomId: string }) {
  const room = useQuery({ ...roomQuery(roomId), enabled: false });
  return room.data === undefined ? null : <Breadcrumbs room={room.data} />;
}

/** On a phone: everything within a thumb's reach, declaring first. */
function BottomBar({ roomId }: { roomId?: string }) {
  const { t } = useTranslation();
  const active = { 'data-here': true };
  const keep = (before: Record<string, unknown>) => before;
  return (
    <nav className={classes.bottom} aria-label={t('app.navigation')}>
      <Link to="/rooms" search={keep} activeProps={active} activeOptions={{ exact: true, includeHash: true }}>
        <ListChecks size={22} aria-hidden />
        {t('app.incidents')}
      </Link>
      <Link to="/search" search={{ room: roomId }} activeProps={active}>
        <Search size={22} aria-hidden />
        {t('app.search')}
      </Link>
      <Link to="/rooms/new" search={keep} className={classes.declare} activeProps={active}>
        <Plus size={26} aria-hidden />
        {t('app.declare')}
      </Link>
      <Link to="/me" activeProps={active}>
        <CircleUser size={22} aria-hidden />
        {t('app.me')}
      </Link>
    </nav>
  );
}

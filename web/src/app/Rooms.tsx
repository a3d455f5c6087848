import { Outlet, useMatchRoute, useNavigate, useSearch } from '@tanstack/react-router';
import { MessageSquareText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/types';
import { can } from '@/features/members';
import { RoomList } from '@/features/rooms';
import { Notice } from '@/ui/Notice';
import { AsOf } from './LinkState';
import { listName } from './lastRooms';
import classes from './Rooms.module.css';
import { useLastList } from './useLast';

/** The list beside what is chosen from it; on a phone one covers the other and keeps its place. */
export function Rooms({ user }: { user: User }) {
  const navigate = useNavigate();
  const filters = useSearch({ from: '/in/rooms' });
  useLastList(filters);
  const alone = useMatchRoute()({ to: '/rooms' }) !== false;
  return (
    <div className={classes.split} data-alone={alone || undefined}>
      <div className={classes.list} data-region tabIndex={-1}>
        <RoomList
          filters={filters}
          notice={<AsOf name={listName} />}
          mayDeclare={can(user, undefined, 'declare')}
          onFilter={(change, how) =>
            void navigate({
              to: '.',
              search: (before) => ({ ...before, ...change }),
              replace: how === 'replace',
            })
          }
        />
      </div>
      <div className={classes.chosen}>
        <Outlet />
      </div>
    </div>
  );
}

export function NothingChosen() {
  const { t } = useTranslation();
  return <Notice icon={MessageSquareText} title={t('rooms.select')} hint={t('rooms.selectHint')} />;
}

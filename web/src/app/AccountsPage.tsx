import { useNavigate, useSearch } from '@tanstack/react-router';
import { Fragment } from 'react';
import { useSession } from '@/api/session';
import { AccountSessions, AccountTokens } from '@/features/access';
import { Accounts } from '@/features/accounts';
import { can } from '@/features/members';

export function AccountsPage() {
  const user = useSession((session) => session.user);
  const filters = useSearch({ from: '/in/admin/users' });
  const navigate = useNavigate();
  if (user === undefined) return null;
  const mayManage = can(user, undefined, 'manage_users');
  return (
    <Accounts
      filters={filters}
      onChange={(change, how) =>
        void navigate({
          to: '/admin/users',
          search: { ...filters, ...change },
          replace: how === 'replace',
        })
      }
      me={user.user_id}
      mayManage={mayManage}
      access={({ user_id: userId, name }, onAsking) => (
        <Fragment key={userId}>
          <AccountSessions {...{ userId, name, onAsking }} mayEnd={mayManage && userId !== user.user_id} />
          <AccountTokens {...{ userId, onAsking }} mayRevoke={mayManage && userId !== user.user_id} />
        </Fragment>
      )}
    />
  );
}

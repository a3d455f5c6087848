import { Button, Popover } from '@mantine/core';
import { LogOut } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { signOut } from '@/api/session';
import type { User } from '@/api/types';
import { Initial } from '@/ui/Initial';
import classes from './Auth.module.css';
import { Preferences } from './Preferences';

/** Who is signed in, what they chose, and the way out. */
export function Account({ user }: { user: User }) {
  const { t } = useTranslation();
  return (
    <div className={classes.account}>
      <div className={classes.who}>
        <Initial name={user.name} />
        <div>
          <strong>{user.name}</strong>
          <p>
            {user.username} · {t(`auth.role.${user.system_role}`)}
          </p>
        </div>
      </div>
      <Preferences />
      <Button variant="default" leftSection={<LogOut size={18} aria-hidden />} onClick={() => void signOut()}>
        {t('auth.signOut')}
      </Button>
    </div>
  );
}

export function UserMenu({ user }: { user: User }) {
  const { t } = useTranslation();
  return (
    <Popover position="bottom-end" width={300} trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="subtle"
          className={classes.user}
          aria-label={t('auth.signedInAs', { name: user.name })}
        >
          <Initial name={user.name} />
          <span className={classes.userName}>{user.name}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('settings.account')}>
        <Account user={user} />
      </Popover.Dropdown>
    </Popover>
  );
}

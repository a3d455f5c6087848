import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/types';
import { Initial } from '@/ui/Initial';
import { opener } from '@/ui/later';
import type { Unsent } from './Account';
import classes from './Auth.module.css';

const AccountPopover = opener('dialog', async () => (await import('./AccountPopover')).AccountPopover);

export function UserMenu({ user, unsent }: { user: User; unsent: Unsent }) {
  const { t } = useTranslation();
  return (
    <AccountPopover
      user={user}
      unsent={unsent}
      button={
        <Button
          variant="subtle"
          className={classes.user}
          aria-label={t('auth.signedInAs', { name: user.name })}
        >
          <Initial name={user.name} />
          <span className={classes.userName}>{user.name}</span>
        </Button>
      }
    />
  );
}

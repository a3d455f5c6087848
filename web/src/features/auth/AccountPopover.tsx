import { Button, Popover } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { KeyRound } from 'lucide-react';
import { cloneElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/types';
import { type Popup, useOpened } from '@/ui/later';
import { Account, type Unsent } from './Account';

export const AccountPopover: Popup<{ user: User; unsent: Unsent }> = ({ user, unsent, button }) => {
  const { t } = useTranslation();
  const { opened, setOpened, target } = useOpened(button);
  return (
    <Popover position="bottom-end" width={300} trapFocus returnFocus opened={opened} onChange={setOpened}>
      <Popover.Target>{cloneElement(target, { onClick: () => setOpened(!opened) })}</Popover.Target>
      <Popover.Dropdown aria-label={t('settings.account')}>
        <Account user={user} unsent={unsent}>
          <Button
            variant="default"
            leftSection={<KeyRound size={18} aria-hidden />}
            renderRoot={(props) => <Link to="/me" {...props} />}
            onClick={() => setOpened(false)}
          >
            {t('access.link')}
          </Button>
        </Account>
      </Popover.Dropdown>
    </Popover>
  );
};

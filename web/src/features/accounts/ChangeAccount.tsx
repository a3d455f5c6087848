import { Radio } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { accountsKey, sessionsQuery } from '@/api/keys';
import type { Account, SystemRole } from '@/api/types';
import { Confirm } from '@/ui/Confirm';
import { tell } from '@/ui/tell';
import classes from './Accounts.module.css';
import { systemRoles } from './filters';

export type Change = 'disable' | 'enable' | 'role';

interface Props {
  account: Account;
  kind: Change;
  opened: boolean;
  onClose: () => void;
  onDone: () => void;
}

/** Asks before an account changes, and says what that means. */
export function ChangeAccount({ account, kind, opened, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const change = $api.useMutation('patch', '/api/admin/users/{user_id}');
  const [chosen, setChosen] = useState<SystemRole>();
  const { name, user_id } = account;
  const role = chosen ?? account.system_role;

  const close = () => {
    change.reset();
    setChosen(undefined);
    onClose();
  };
  const confirm = () => {
    if (kind === 'role' && role === account.system_role) {
      close();
      return;
    }
    change.mutate(
      {
        params: { path: { user_id } },
        body: kind === 'role' ? { system_role: role } : { disabled: kind === 'disable' },
      },
      {
        onSuccess: () => {
          tell(t(`accounts.done.${kind}`, { name, role: t(`auth.role.${role}`) }));
          setChosen(undefined);
          void cache.invalidateQueries({ queryKey: accountsKey });
          void cache.invalidateQueries({ queryKey: sessionsQuery(user_id).queryKey });
          onDone();
        },
      },
    );
  };

  return (
    <Confirm
      opened={opened}
      title={t(`accounts.ask.${kind}`, { name })}
      act={t(`accounts.do.${kind}`)}
      failed={t('accounts.notChanged')}
      error={change.error}
      busy={change.isPending}
      onConfirm={confirm}
      onClose={close}
    >
      {kind === 'role' && (
        <Radio.Group
          aria-label={t('accounts.role')}
          value={role}
          onChange={(value) => setChosen(systemRoles.find((one) => one === value))}
        >
          {systemRoles.map((one) => (
            <Radio
              key={one}
              value={one}
              label={t(`auth.role.${one}`)}
              description={t(`accounts.roleHint.${one}`)}
              className={classes.radio}
            />
          ))}
        </Radio.Group>
      )}
      <p>{t(`accounts.askHint.${kind}`, { name })}</p>
    </Confirm>
  );
}

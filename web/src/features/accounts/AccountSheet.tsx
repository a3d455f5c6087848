import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '@/api/types';
import { formats } from '@/i18n/format';
import { Sheet } from '@/ui/Sheet';
import { useLanguage } from '@/ui/useLanguage';
import { RoleMark, StateMark } from './AccountRow';
import classes from './Accounts.module.css';
import { type Change, ChangeAccount } from './ChangeAccount';

interface Props {
  account?: Account;
  opened: boolean;
  me: string;
  mayManage: boolean;
  access: (account: Account, onAsking: (asking: boolean) => void) => ReactNode;
  onClose: () => void;
}

/** All that is known of one account, and what may be done about it. */
export function AccountSheet({ account, opened, me, mayManage, access, onClose }: Props) {
  const [asking, setAsking] = useState(false);
  return (
    <Sheet title={account?.name ?? ''} size="xl" opened={opened} firm={asking} onClose={onClose}>
      {account !== undefined && (
        <div className={classes.sheet}>
          <Facts account={account} />
          <Actions account={account} me={me} mayManage={mayManage} onAsking={setAsking} onDone={onClose} />
          {access(account, setAsking)}
        </div>
      )}
    </Sheet>
  );
}

function Facts({ account }: { account: Account }) {
  const { t } = useTranslation();
  const { full } = formats(useLanguage());
  return (
    <dl className={classes.about}>
      <div>
        <dt>{t('auth.username')}</dt>
        <dd>{account.username}</dd>
      </div>
      <div>
        <dt>{t('accounts.role')}</dt>
        <dd>
          <RoleMark account={account} />
        </dd>
      </div>
      <div>
        <dt>{t('accounts.source')}</dt>
        <dd>{t(account.local ? 'accounts.local' : 'accounts.directory')}</dd>
      </div>
      <div>
        <dt>{t('accounts.state')}</dt>
        <dd>
          <StateMark account={account} />
        </dd>
      </div>
      <div>
        <dt>{t('accounts.created')}</dt>
        <dd className="figures">{full.format(new Date(account.created_at))}</dd>
      </div>
    </dl>
  );
}

interface ActionsProps {
  account: Account;
  me: string;
  mayManage: boolean;
  onAsking: (asking: boolean) => void;
  onDone: () => void;
}

function Actions({ account, me, mayManage, onAsking, onDone }: ActionsProps) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Change>('disable');
  const [opened, setOpened] = useState(false);
  if (!mayManage) return null;
  if (account.user_id === me) return <p className={classes.note}>{t('accounts.own')}</p>;

  const show = (open: boolean) => {
    setOpened(open);
    onAsking(open);
  };
  const ask = (change: Change) => {
    setKind(change);
    show(true);
  };
  return (
    <>
      <div className={classes.actions}>
        {account.local && (
          <Button variant="default" onClick={() => ask('role')}>
            {t('accounts.changeRole')}
          </Button>
        )}
        <Button variant="default" onClick={() => ask(account.disabled ? 'enable' : 'disable')}>
          {t(account.disabled ? 'accounts.enable' : 'accounts.disable')}
        </Button>
      </div>
      {!account.local && <p className={classes.note}>{t('accounts.directoryHint')}</p>}
      <ChangeAccount
        account={account}
        kind={kind}
        opened={opened}
        onClose={() => show(false)}
        onDone={() => {
          show(false);
          onDone();
        }}
      />
    </>
  );
}

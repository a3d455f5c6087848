import { Ban, ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Account } from '@/api/types';
import { Initial } from '@/ui/Initial';
import classes from './Accounts.module.css';

interface Props {
  account: Account;
  me: boolean;
  onOpen: () => void;
}

/** One account; all of it is pressed to see more. */
export function AccountRow({ account, me, onOpen }: Props) {
  const { t } = useTranslation();
  return (
    <button type="button" className={classes.row} onClick={onOpen} aria-haspopup="dialog">
      <Initial name={account.name} />
      <span className={classes.who}>
        <span className={classes.name}>
          {account.name}
          {me && <span className={classes.me}> · {t('members.you')}</span>}
        </span>
        <span className={classes.username}>{account.username}</span>
      </span>
      <span className={classes.facts}>
        <RoleMark account={account} />
        <span>{t(account.local ? 'accounts.local' : 'accounts.directory')}</span>
        <span className="figures">{t('accounts.sessions', { count: account.sessions })}</span>
        <StateMark account={account} />
      </span>
      <ChevronRight size={18} aria-hidden className={classes.arrow} />
    </button>
  );
}

/** The role, set off where it is more than a user's. */
export function RoleMark({ account }: { account: Account }) {
  const { t } = useTranslation();
  return (
    <span className={classes.role} data-role={account.system_role}>
      {t(`auth.role.${account.system_role}`)}
    </span>
  );
}

export function StateMark({ account }: { account: Account }) {
  const { t } = useTranslation();
  if (!account.disabled) return <span>{t('accounts.enabled')}</span>;
  return (
    <span className={classes.off}>
      <Ban size={14} aria-hidden />
      {t('accounts.disabled')}
    </span>
  );
}

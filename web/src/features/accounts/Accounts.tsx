import { NativeSelect } from '@mantine/core';
import { SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { troubleOf } from '@/api/problem';
import type { Account } from '@/api/types';
import { More } from '@/ui/More';
import { Notice } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Refusal } from '@/ui/Refusal';
import { SearchBox } from '@/ui/SearchBox';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { useAsked } from '@/ui/useAsked';
import { Waiting } from '@/ui/Waiting';
import { AccountRow } from './AccountRow';
import { AccountSheet } from './AccountSheet';
import classes from './Accounts.module.css';
import { type AccountFilters, systemRoles } from './filters';
import { useAccounts } from './useAccounts';

interface Props {
  filters: AccountFilters;
  onChange: (change: AccountFilters, how: 'push' | 'replace') => void;
  /** user_id of who looks */
  me: string;
  mayManage: boolean;
  /** The ways in of one account: its sessions and tokens. */
  access: (account: Account, onAsking: (asking: boolean) => void) => ReactNode;
}

/** Everybody who has an account here, and what may be done about it (F-OP-06). */
export function Accounts({ filters, onChange, me, mayManage, access }: Props) {
  const { t } = useTranslation();
  const query = useAccounts(filters);
  const sheet = useAsked<Account>();
  const accounts = query.data?.pages.flat();

  if (query.isError && troubleOf(query.error).status === 403) {
    return <Refusal title={t('accounts.forbidden')} hint={t('accounts.forbiddenHint')} />;
  }
  return (
    <Page title={t('accounts.title')} hint={t(mayManage ? 'accounts.hint' : 'accounts.readOnly')}>
      <Filters filters={filters} onChange={onChange} />
      {accounts !== undefined ? (
        <>
          <ul className={classes.list} aria-label={t('accounts.title')} aria-busy={query.isPlaceholderData}>
            {accounts.map((account) => (
              <li key={account.user_id}>
                <AccountRow account={account} me={account.user_id === me} onOpen={() => sheet.ask(account)} />
              </li>
            ))}
          </ul>
          {accounts.length === 0 ? (
            <Notice icon={SearchX} title={t('accounts.none')} hint={t('accounts.noneHint')} />
          ) : (
            <More query={query} end={t('accounts.end')} />
          )}
        </>
      ) : query.isError ? (
        <TroubleNotice title={t('accounts.failed')} error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Waiting rows={5} />
      )}
      <AccountSheet
        account={sheet.what}
        opened={sheet.opened}
        me={me}
        mayManage={mayManage}
        access={access}
        onClose={sheet.close}
      />
    </Page>
  );
}

function Filters({ filters, onChange }: Pick<Props, 'filters' | 'onChange'>) {
  const { t } = useTranslation();
  const state = filters.disabled === undefined ? '' : String(filters.disabled);
  return (
    <search className={classes.filters}>
      <SearchBox
        label={t('accounts.search')}
        placeholder={t('accounts.searchHint')}
        value={filters.q ?? ''}
        onChange={(q) => onChange({ q: q || undefined }, 'replace')}
      />
      <NativeSelect
        aria-label={t('accounts.role')}
        value={filters.system_role ?? ''}
        onChange={(event) => {
          const chosen = systemRoles.find((one) => one === event.currentTarget.value);
          onChange({ system_role: chosen }, 'push');
        }}
        data={[
          { value: '', label: t('accounts.anyRole') },
          ...systemRoles.map((value) => ({ value, label: t(`auth.role.${value}`) })),
        ]}
      />
      <NativeSelect
        aria-label={t('accounts.state')}
        value={state}
        onChange={({ currentTarget: { value } }) =>
          onChange({ disabled: value === '' ? undefined : value === 'true' }, 'push')
        }
        data={[
          { value: '', label: t('accounts.anyState') },
          { value: 'false', label: t('accounts.enabled') },
          { value: 'true', label: t('accounts.disabled') },
        ]}
      />
    </search>
  );
}

import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import classes from './PersonSelect.module.css';

interface Props {
  label: string;
  /** user_id; null for nobody yet. */
  value: string | null;
  onChange: (person: { user_id: string; name: string } | undefined) => void;
  /** user_ids of people who are there already. */
  taken: ReadonlySet<string>;
  error?: string;
  autoFocus?: boolean;
}

/** Milliseconds of quiet before what is typed is looked up. */
const typingPause = 250;

/** Finds a person by name or user name. */
export function PersonSelect({ label, value, onChange, taken, error, autoFocus }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed, typingPause);
  const users = $api.useQuery(
    'get',
    '/api/users',
    { params: { query: { q: q.trim() || undefined, limit: 20 } } },
    { placeholderData: keepPreviousData },
  );
  const found = users.data?.users ?? [];
  return (
    <Select
      label={label}
      autoFocus={autoFocus}
      placeholder={t('members.addHint')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('app.cancel') }}
      data={found.map((user) => ({
        value: user.user_id,
        label: `${user.name} (${user.username})`,
        disabled: taken.has(user.user_id),
      }))}
      filter={({ options }) => options}
      value={value}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={(userId) => onChange(found.find((user) => user.user_id === userId))}
      nothingFoundMessage={t('members.nobody')}
      renderOption={({ option }) => (
        <span className={classes.option}>
          {option.label}
          {option.disabled && <span className={classes.taken}>{t('members.isMember')}</span>}
        </span>
      )}
      error={error}
      comboboxProps={{ withinPortal: true }}
    />
  );
}

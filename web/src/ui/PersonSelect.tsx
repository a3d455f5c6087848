import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import type { FoundPerson } from '@/api/types';
import classes from './PersonSelect.module.css';

interface Props {
  label: string;
  /** user_id or directory_key; null for nobody yet. */
  value: string | null;
  onChange: (person: FoundPerson | undefined) => void;
  /** user_ids of people who are there already. */
  taken: ReadonlySet<string>;
  /** Offers people of the directory too, who have no user_id yet. */
  directory?: boolean;
  error?: string;
  autoFocus?: boolean;
}

/** Milliseconds of quiet before what is typed is looked up. */
const typingPause = 250;

const idOf = (person: FoundPerson): string => person.user_id ?? person.directory_key ?? '';

/** Finds a person by name or user name. */
export function PersonSelect({ label, value, onChange, taken, directory = false, error, autoFocus }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed, typingPause);
  const users = $api.useQuery(
    'get',
    '/api/users',
    { params: { query: { q: q.trim() || undefined, limit: 20, directory } } },
    { placeholderData: keepPreviousData },
  );
  const found = users.data?.users ?? [];
  const strangers = new Set(found.filter((person) => person.user_id === undefined).map(idOf));
  return (
    <Select
      label={label}
      autoFocus={autoFocus}
      placeholder={t('members.addHint')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('app.cancel') }}
      data={found.map((person) => ({
        value: idOf(person),
        label: `${person.name} (${person.username})`,
        disabled: taken.has(idOf(person)),
      }))}
      filter={({ options }) => options}
      value={value}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={(id) => onChange(found.find((person) => idOf(person) === id))}
      description={users.data?.directory === 'unavailable' ? t('members.directoryAway') : undefined}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      nothingFoundMessage={t('members.nobody')}
      renderOption={({ option }) => (
        <span className={classes.option}>
          {option.label}
          {option.disabled && <span className={classes.taken}>{t('members.isMember')}</span>}
          {strangers.has(option.value) && <span className={classes.taken}>{t('members.ofDirectory')}</span>}
        </span>
      )}
      error={error}
      comboboxProps={{ withinPortal: true }}
    />
  );
}

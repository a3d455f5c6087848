import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';

interface Props {
  userId?: string;
  userName?: string;
  onChange: (userId: string | undefined) => void;
}

/** Limits the trail to one account, also one that is disabled. */
export function WhoSelect({ userId, userName, onChange }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed.trim(), 250);
  const chosen = userName !== undefined && q === userName; // what the field says then is no search
  const found = $api.useQuery(
    'get',
    '/api/admin/users',
    { params: { query: { q: chosen ? undefined : q || undefined, limit: 20 } } },
    { placeholderData: keepPreviousData },
  );
  const people = new Map(
    (found.data?.users ?? []).map((one) => [one.user_id, `${one.name} (${one.username})`]),
  );
  if (userId !== undefined) people.set(userId, userName ?? people.get(userId) ?? '…');
  return (
    <Select
      label={t('audit.who')}
      placeholder={t('audit.anybody')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('audit.anybody') }}
      nothingFoundMessage={t('members.nobody')}
      filter={({ options }) => options}
      data={[...people].map(([value, label]) => ({ value, label }))}
      value={userId ?? null}
      onSearchChange={setTyped}
      onChange={(value) => onChange(value ?? undefined)}
    />
  );
}

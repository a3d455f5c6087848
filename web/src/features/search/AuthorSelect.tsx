import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { membersQuery } from '@/api/keys';

interface Props {
  /** Offers the people of this room first. */
  roomId: string | undefined;
  userId: string | undefined;
  onChange: (userId: string | undefined) => void;
}

/** Limits a search to what one person wrote. */
export function AuthorSelect({ roomId, userId, onChange }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed.trim(), 250);
  const members = useQuery({ ...membersQuery(roomId ?? ''), enabled: roomId !== undefined });
  const users = $api.useQuery(
    'get',
    '/api/users',
    { params: { query: { q: q || undefined, limit: 20, directory: false } } },
    { placeholderData: keepPreviousData },
  );
  const people = new Map<string, string>();
  for (const { user_id, name } of [...(members.data?.members ?? []), ...(users.data?.users ?? [])]) {
    if (user_id !== undefined) people.set(user_id, name);
  }
  if (userId !== undefined && !people.has(userId)) people.set(userId, '…');
  return (
    <Select
      size="xs"
      w={150}
      aria-label={t('search.author')}
      placeholder={t('search.anyone')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('search.anyone') }}
      data={[...people].map(([value, label]) => ({ value, label }))}
      value={userId ?? null}
      onSearchChange={setTyped}
      onChange={(value) => onChange(value ?? undefined)}
    />
  );
}

import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import classes from './MoveDialog.module.css';

interface Props {
  label: string;
  /** room_id of a room that is no choice. */
  exclude: string;
  value: string;
  onChange: (roomId: string) => void;
  error?: string;
}

/** Milliseconds of quiet before what is typed is looked up. */
const typingPause = 250;

/** Chooses a room by its number or its title. */
export function RoomPicker({ label, exclude, value, onChange, error }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState<{ value: string; label: string }>();
  const [q] = useDebouncedValue(typed === chosen?.label ? '' : typed, typingPause);
  const rooms = $api.useQuery(
    'get',
    '/api/rooms',
    { params: { query: { q: q.trim() || undefined, limit: 20 } } },
    { placeholderData: keepPreviousData },
  );
  const found = (rooms.data?.rooms ?? [])
    .filter((room) => room.room_id !== exclude)
    .map((room) => ({ value: room.room_id, label: `${room.number} ${room.title}` }));
  const options =
    chosen === undefined || found.some((one) => one.value === chosen.value) ? found : [chosen, ...found];
  return (
    <Select
      data-autofocus
      label={label}
      placeholder={t('rooms.ask.ofHint')}
      required
      searchable
      data={options}
      filter={({ options: all }) => all}
      value={value || null}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={(roomId, option) => {
        setChosen(option ?? undefined);
        onChange(roomId ?? '');
      }}
      nothingFoundMessage={t('rooms.ask.ofNone')}
      renderOption={({ option }) => <span className={classes.option}>{option.label}</span>}
      maxDropdownHeight={260}
      error={error}
    />
  );
}

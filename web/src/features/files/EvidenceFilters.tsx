import { CloseButton, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { membersQuery } from '@/api/keys';
import type { Person } from '@/api/types';
import classes from './Evidence.module.css';
import { type EvidenceFilter, kinds } from './filter';

interface Props {
  roomId: string;
  filter: EvidenceFilter;
  /** Of the files that are loaded; who has left the room is among them. */
  uploaders: Person[];
  onFilter: (change: EvidenceFilter) => void;
}

/** What of the evidence is shown; it lives in the address bar. */
export function EvidenceFilters({ roomId, filter, uploaders, onFilter }: Props) {
  const { t } = useTranslation();
  const members = useQuery(membersQuery(roomId)).data?.members ?? [];
  const people = new Map([...members, ...uploaders].map((one) => [one.user_id, one.name]));
  if (filter.by !== undefined && !people.has(filter.by)) people.set(filter.by, '…');
  return (
    <div className={classes.filters}>
      <SegmentedControl
        fullWidth
        aria-label={t('files.kindLabel')}
        value={filter.filetype ?? 'all'}
        onChange={(value) => onFilter({ filetype: kinds.find((one) => one === value) })}
        data={[
          { value: 'all', label: t('files.all') },
          ...kinds.map((one) => ({ value: one, label: t(`files.kind.${one}`) })),
        ]}
      />
      <div className={classes.narrow}>
        <TextInput
          className={classes.name}
          aria-label={t('evidence.find')}
          placeholder={t('evidence.find')}
          leftSection={<Search size={16} aria-hidden />}
          value={filter.name ?? ''}
          onChange={(event) => onFilter({ name: event.currentTarget.value || undefined })}
          rightSection={
            filter.name !== undefined && (
              <CloseButton
                aria-label={t('evidence.clearFind')}
                onClick={() => onFilter({ name: undefined })}
              />
            )
          }
        />
        <NativeSelect
          className={classes.uploader}
          aria-label={t('evidence.uploader')}
          value={filter.by ?? ''}
          onChange={(event) => onFilter({ by: event.currentTarget.value || undefined })}
          data={[
            { value: '', label: t('evidence.anyone') },
            ...[...people].map(([value, label]) => ({ value, label })),
          ]}
        />
      </div>
    </div>
  );
}

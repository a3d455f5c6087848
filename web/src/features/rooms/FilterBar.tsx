import { Button, Chip, CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Search, SlidersHorizontal } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Severity, Status } from '@/api/types';
import { SeverityIcon } from './Badges';
import classes from './FilterBar.module.css';
import { type Filters, isFiltered, severities, statuses } from './filters';

interface Props {
  filters: Filters;
  onChange: (change: Partial<Filters>, how: 'push' | 'replace') => void;
}

/** Milliseconds of quiet before what is typed becomes a search. */
const typingPause = 300;

export function FilterBar({ filters, onChange }: Props) {
  const { t } = useTranslation();
  const panelId = useId();
  const [open, setOpen] = useState(false);
  const active = (filters.status?.length ?? 0) + (filters.severity?.length ?? 0);

  return (
    <search className={classes.bar}>
      <div className={classes.row}>
        <SearchBox value={filters.q ?? ''} onChange={(q) => onChange({ q: q || undefined }, 'replace')} />
        <Button
          variant="default"
          className={classes.toggle}
          data-active={active > 0 || undefined}
          leftSection={<SlidersHorizontal size={16} aria-hidden />}
          aria-expanded={open}
          aria-controls={panelId}
          onClick={() => setOpen(!open)}
        >
          {active > 0 ? t('rooms.filterActive', { count: active }) : t('rooms.filter')}
        </Button>
      </div>
      <div id={panelId} className={classes.panel} hidden={!open}>
        <fieldset className={classes.group}>
          <legend>{t('severity.label')}</legend>
          <Chip.Group
            multiple
            value={filters.severity ?? []}
            onChange={(value) =>
              onChange({ severity: value.length ? (value as Severity[]) : undefined }, 'push')
            }
          >
            {severities.map((severity) => (
              <Chip
                key={severity}
                value={severity}
                variant="outline"
                icon={<SeverityIcon severity={severity} />}
              >
                {t(`severity.${severity}`)}
              </Chip>
            ))}
          </Chip.Group>
        </fieldset>
        <fieldset className={classes.group}>
          <legend>{t('status.label')}</legend>
          <Chip.Group
            multiple
            value={filters.status ?? []}
            onChange={(value) => onChange({ status: value.length ? (value as Status[]) : undefined }, 'push')}
          >
            {statuses.map((status) => (
              <Chip key={status} value={status} variant="outline">
                {t(`status.${status}`)}
              </Chip>
            ))}
          </Chip.Group>
        </fieldset>
        {isFiltered(filters) && (
          <Button
            variant="light"
            onClick={() => onChange({ status: undefined, severity: undefined, q: undefined }, 'push')}
          >
            {t('rooms.clearFilters')}
          </Button>
        )}
      </div>
    </search>
  );
}

function SearchBox({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const search = useDebouncedCallback((q: string) => {
    sent.current = q.trim();
    onChange(q.trim());
  }, typingPause);

  // Back, a breadcrumb or "clear filters" changed the address: show it.
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);

  const type = (q: string) => {
    setText(q);
    search(q);
  };

  return (
    <TextInput
      type="search"
      id="room-search"
      className={classes.search}
      aria-label={t('rooms.searchLabel')}
      placeholder={t('rooms.searchPlaceholder')}
      leftSection={<Search size={16} aria-hidden />}
      rightSection={
        text !== '' && <CloseButton size="sm" aria-label={t('rooms.clearSearch')} onClick={() => type('')} />
      }
      maxLength={100}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}

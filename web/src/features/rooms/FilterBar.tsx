import { Button, Chip } from '@mantine/core';
import { SlidersHorizontal } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { later, useSince } from '@/ui/later';
import { SearchBox } from '@/ui/SearchBox';
import classes from './FilterBar.module.css';
import { countFilters, type Filters } from './filters';

const FilterPanel = later(async () => (await import('./FilterPanel')).FilterPanel);

interface Props {
  filters: Filters;
  onChange: (change: Partial<Filters>, how: 'push' | 'replace') => void;
}

export function FilterBar({ filters, onChange }: Props) {
  const { t } = useTranslation();
  const panelId = useId();
  const [open, setOpen] = useState(false);
  const opened = useSince(open);
  const active = countFilters(filters);

  return (
    <search className={classes.bar}>
      <div className={classes.row}>
        <SearchBox
          id="room-search"
          label={t('rooms.searchLabel')}
          placeholder={t('rooms.searchPlaceholder')}
          value={filters.q ?? ''}
          onChange={(q) => onChange({ q: q || undefined }, 'replace')}
        />
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
      <fieldset className={classes.quick}>
        <legend className="sr-only">{t('rooms.show')}</legend>
        <Chip
          variant="outline"
          disabled={filters.status !== undefined}
          checked={filters.status === undefined && !filters.archived}
          onChange={(on) => onChange({ archived: on ? undefined : true }, 'push')}
        >
          {t('rooms.notArchived')}
        </Chip>
        <Chip
          variant="outline"
          checked={filters.mine === true}
          onChange={(on) => onChange({ mine: on || undefined }, 'push')}
        >
          {t('rooms.mine')}
        </Chip>
        <Chip
          variant="outline"
          checked={filters.assigned === true}
          onChange={(on) => onChange({ assigned: on || undefined }, 'push')}
        >
          {t('rooms.assigned')}
        </Chip>
      </fieldset>
      <div id={panelId} className={classes.panel} hidden={!open}>
        {opened && <FilterPanel filters={filters} onChange={onChange} />}
      </div>
    </search>
  );
}

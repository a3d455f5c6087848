import { Button, Chip, TextInput } from '@mantine/core';
import { SlidersHorizontal } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SearchBox } from '@/ui/SearchBox';
import { SeverityIcon } from './Badges';
import classes from './FilterBar.module.css';
import {
  countFilters,
  type Filters,
  incidentTypes,
  isFiltered,
  noFilters,
  roles,
  severities,
  statuses,
} from './filters';

interface Props {
  filters: Filters;
  onChange: (change: Partial<Filters>, how: 'push' | 'replace') => void;
}

export function FilterBar({ filters, onChange }: Props) {
  const { t } = useTranslation();
  const panelId = useId();
  const [open, setOpen] = useState(false);
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
        <Choice
          label={t('severity.label')}
          values={severities}
          chosen={filters.severity}
          name={(severity) => t(`severity.${severity}`)}
          icon={(severity) => <SeverityIcon severity={severity} />}
          onChange={(severity) => onChange({ severity }, 'push')}
        />
        <Choice
          label={t('status.label')}
          values={statuses}
          chosen={filters.status}
          name={(status) => t(`status.${status}`)}
          onChange={(status) => onChange({ status }, 'push')}
        />
        <Choice
          label={t('type.label')}
          values={incidentTypes}
          chosen={filters.type}
          name={(type) => t(`type.${type}`)}
          onChange={(type) => onChange({ type }, 'push')}
        />
        <Choice
          label={t('rooms.myRole')}
          values={roles}
          chosen={filters.role}
          name={(role) => t(`role.${role}`)}
          onChange={(role) => onChange({ role }, 'push')}
        />
        <div className={classes.fields}>
          <LineBox
            key={filters.line ?? ''}
            value={filters.line ?? ''}
            onChange={(line) => onChange({ line: line || undefined }, 'push')}
          />
          <TextInput
            type="date"
            label={t('rooms.since')}
            max={filters.until}
            value={filters.since ?? ''}
            onChange={(event) => onChange({ since: event.currentTarget.value || undefined }, 'push')}
          />
          <TextInput
            type="date"
            label={t('rooms.until')}
            min={filters.since}
            value={filters.until ?? ''}
            onChange={(event) => onChange({ until: event.currentTarget.value || undefined }, 'push')}
          />
        </div>
        {isFiltered(filters) && (
          <Button variant="light" onClick={() => onChange(noFilters, 'push')}>
            {t('rooms.clearFilters')}
          </Button>
        )}
      </div>
    </search>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  values: readonly T[];
  chosen?: T[];
  name: (value: T) => string;
  icon?: (value: T) => ReactNode;
  onChange: (chosen: T[] | undefined) => void;
}

/** Any of some values; none means all. */
function Choice<T extends string>({ label, values, chosen, name, icon, onChange }: ChoiceProps<T>) {
  return (
    <fieldset className={classes.group}>
      <legend>{label}</legend>
      <Chip.Group
        multiple
        value={chosen ?? []}
        onChange={(value) =>
          onChange(value.length > 0 ? values.filter((one) => value.includes(one)) : undefined)
        }
      >
        {values.map((value) => (
          <Chip key={value} value={value} variant="outline" icon={icon?.(value)}>
            {name(value)}
          </Chip>
        ))}
      </Chip.Group>
    </fieldset>
  );
}

/** One line, by its exact name; taken when the field is left or Enter pressed. */
function LineBox({ value, onChange }: { value: string; onChange: (line: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const take = () => {
    if (text.trim() !== value) onChange(text.trim());
  };
  return (
    <TextInput
      label={t('declare.line')}
      placeholder={t('declare.linePlaceholder')}
      maxLength={80}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && !event.nativeEvent.isComposing && take()}
    />
  );
}

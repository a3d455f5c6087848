import { Button, Chip, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SeverityIcon } from './Badges';
import classes from './FilterBar.module.css';
import { type Filters, incidentTypes, isFiltered, noFilters, roles, severities, statuses } from './filters';

interface Props {
  filters: Filters;
  onChange: (change: Partial<Filters>, how: 'push' | 'replace') => void;
}

/** All that the list can be narrowed by. */
export function FilterPanel({ filters, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
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
    </>
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

import { Button, NativeSelect, TextInput } from '@mantine/core';
import { SlidersHorizontal } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isComposing } from '@/ui/isComposing';
import classes from './Audit.module.css';
import { acts, isKnown } from './acts';
import { type AuditFilters, noFilters, outcomes } from './filters';
import { WhoSelect } from './WhoSelect';

interface Props {
  filters: AuditFilters;
  /** The name of whom the filter names, where a row has told it. */
  userName?: string;
  /** They stand behind a button. */
  folded: boolean;
  onChange: (change: AuditFilters) => void;
}

/** What of the trail is shown; it lives in the address. */
export function Filters({ filters, userName, folded, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [open, setOpen] = useState(false);
  const count = Object.values(filters).filter((value) => value !== undefined).length;
  const { act } = filters;
  return (
    <search className={classes.filters}>
      {folded && (
        <Button
          variant="default"
          className={classes.toggle}
          data-active={count > 0 || undefined}
          leftSection={<SlidersHorizontal size={16} aria-hidden />}
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          {count > 0 ? t('rooms.filterActive', { count }) : t('rooms.filter')}
        </Button>
      )}
      <div id={id} className={classes.fields} hidden={folded && !open}>
        <NativeSelect
          label={t('audit.what')}
          value={act ?? ''}
          onChange={(event) => onChange({ act: event.currentTarget.value || undefined })}
          data={[
            { value: '', label: t('audit.anyAct') },
            ...(act !== undefined && !isKnown(act) ? [{ value: act, label: act }] : []),
            ...acts.map((value) => ({ value, label: t(`audit.act.${value}`) })),
          ]}
        />
        <WhoSelect userId={filters.user} userName={userName} onChange={(user) => onChange({ user })} />
        <NativeSelect
          label={t('audit.ended')}
          value={filters.outcome ?? ''}
          onChange={(event) =>
            onChange({ outcome: outcomes.find((one) => one === event.currentTarget.value) })
          }
          data={[
            { value: '', label: t('audit.anyOutcome') },
            ...outcomes.map((value) => ({ value, label: t(`audit.outcome.${value}`) })),
          ]}
        />
        <Words
          key={`target ${filters.target}`}
          label={t('audit.targetBegins')}
          placeholder="room 0192…"
          max={200}
          value={filters.target}
          onTake={(target) => onChange({ target })}
        />
        <Words
          key={`address ${filters.address}`}
          label={t('audit.from')}
          placeholder="10.20.3.41"
          max={100}
          value={filters.address}
          onTake={(address) => onChange({ address })}
        />
        <TextInput
          type="date"
          label={t('audit.since')}
          max={filters.until}
          value={filters.since ?? ''}
          onChange={(event) => onChange({ since: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          label={t('audit.until')}
          min={filters.since}
          value={filters.until ?? ''}
          onChange={(event) => onChange({ until: event.currentTarget.value || undefined })}
        />
        {count > 0 && (
          <Button variant="light" className={classes.clear} onClick={() => onChange(noFilters)}>
            {t('rooms.clearFilters')}
          </Button>
        )}
      </div>
    </search>
  );
}

interface WordsProps {
  label: string;
  placeholder: string;
  max: number;
  value?: string;
  onTake: (value: string | undefined) => void;
}

/** A text that is taken when the field is left or Enter pressed. */
function Words({ label, placeholder, max, value = '', onTake }: WordsProps) {
  const [text, setText] = useState(value);
  const take = () => {
    if (text.trim() !== value) onTake(text.trim() || undefined);
  };
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      maxLength={max}
      spellCheck={false}
      autoCapitalize="none"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && !isComposing(event) && take()}
    />
  );
}

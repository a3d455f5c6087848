import { Button, Chip, CloseButton, Group, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { roomQuery } from '@/api/keys';
import type { SearchKind } from '@/api/types';
import { isComposing } from '@/ui/isComposing';
import { AuthorSelect } from './AuthorSelect';
import { Results } from './Results';
import classes from './Search.module.css';
import { searchKinds, type Terms } from './terms';

/** Milliseconds without a key after which what was typed is looked for. */
const pause = 300;

interface Props {
  terms: Terms;
  onChange: (change: Partial<Terms>, how: 'push' | 'replace') => void;
}

/** Finds messages, incidents and files; all that limits the search is in the address. */
export function SearchScreen({ terms, onChange }: Props) {
  const { t } = useTranslation();
  const limited = terms.kind ?? terms.room ?? terms.from ?? terms.since ?? terms.until;
  return (
    <div className={classes.screen}>
      <search className={classes.form}>
        <h1 className="sr-only">{t('search.title')}</h1>
        <Words q={terms.q} onChange={(q) => onChange({ q }, 'replace')} />
        <div className={classes.filters}>
          {terms.room !== undefined && (
            <RoomLimit roomId={terms.room} onClear={() => onChange({ room: undefined }, 'push')} />
          )}
          <Chip.Group
            multiple
            value={terms.kind ?? []}
            onChange={(kind) =>
              onChange({ kind: kind.length > 0 ? (kind as SearchKind[]) : undefined }, 'push')
            }
          >
            <Group gap={6} role="group" aria-label={t('search.kindLabel')}>
              {searchKinds.map((kind) => (
                <Chip key={kind} value={kind} size="sm">
                  {t(`search.kind.${kind}`)}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          <AuthorSelect
            roomId={terms.room}
            userId={terms.from}
            onChange={(from) => onChange({ from }, 'push')}
          />
          <DayInput
            label={t('search.since')}
            day={terms.since}
            onChange={(since) => onChange({ since }, 'push')}
          />
          <DayInput
            label={t('search.until')}
            day={terms.until}
            onChange={(until) => onChange({ until }, 'push')}
          />
          {limited !== undefined && (
            <Button
              variant="subtle"
              size="compact-sm"
              onClick={() =>
                onChange(
                  { kind: undefined, room: undefined, from: undefined, since: undefined, until: undefined },
                  'push',
                )
              }
            >
              {t('search.clear')}
            </Button>
          )}
        </div>
      </search>
      <div className={classes.results}>
        <Results terms={terms} />
      </div>
    </div>
  );
}

/** The words, looked for when typing rests; 注音 that is still choosing is no word yet. */
function Words({ q, onChange }: { q: string | undefined; onChange: (q: string | undefined) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(q ?? '');
  const [choosing, setChoosing] = useState(false);
  const told = useRef(q ?? '');

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    if ((q ?? '') === told.current) return;
    told.current = q ?? ''; // Back, or another search from elsewhere
    setText(told.current);
  }, [q]);
  const tell = (words: string) => {
    if (words === told.current) return;
    told.current = words;
    onChange(words === '' ? undefined : words);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: waits for the text, not for who is told
  useEffect(() => {
    if (choosing) return;
    const timer = setTimeout(() => tell(text), pause);
    return () => clearTimeout(timer);
  }, [text, choosing]);

  return (
    <TextInput
      ref={input}
      type="search"
      size="md"
      aria-label={t('search.label')}
      placeholder={t('search.placeholder')}
      leftSection={<Search size={18} aria-hidden />}
      rightSection={
        text !== '' && <CloseButton aria-label={t('rooms.clearSearch')} onClick={() => setText('')} />
      }
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onCompositionStart={() => setChoosing(true)}
      onCompositionEnd={() => setChoosing(false)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !isComposing(event)) tell(text);
      }}
    />
  );
}

function RoomLimit({ roomId, onClear }: { roomId: string; onClear: () => void }) {
  const { t } = useTranslation();
  const room = useQuery(roomQuery(roomId));
  return (
    <Chip checked onChange={onClear} size="sm">
      {room.data === undefined ? t('search.inRoom') : t('search.inRoomName', { number: room.data.number })}
    </Chip>
  );
}

function DayInput(props: { label: string; day?: string; onChange: (day: string | undefined) => void }) {
  return (
    <label className={classes.dayInput}>
      <span>{props.label}</span>
      <input
        type="date"
        value={props.day ?? ''}
        onChange={(event) => props.onChange(event.currentTarget.value || undefined)}
      />
    </label>
  );
}

import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import type { Room } from '@/api/types';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { Waiting } from '@/ui/Waiting';
import { around } from './around';
import { isOver, SeverityBadge } from './Badges';
import classes from './JumpToRoom.module.css';
import { placeText } from './place';

interface Props {
  typed: string;
  /** Of the option that is chosen; it goes round. */
  active: number;
  /** Enter was pressed: the active one is chosen as soon as there is an answer. */
  entered: boolean;
  listId: string;
  onCount: (count: number) => void;
  /** Without a room, nothing was found. */
  onChosen: (room?: Room) => void;
}

/** Milliseconds of quiet before what is typed is looked up. */
const typingPause = 150;
/** Rooms to choose from: as many as one sees at a glance. */
const most = 8;

/** The rooms that answer to what was typed; before that, those that moved last. */
export function Found({ typed, active, entered, listId, onCount, onChosen }: Props) {
  const { t } = useTranslation();
  const words = typed.trim();
  const [q] = useDebouncedValue(words, typingPause);
  const rooms = $api.useQuery(
    'get',
    '/api/rooms',
    { params: { query: { q: q || undefined, limit: most } } },
    { placeholderData: keepPreviousData },
  );
  const found = rooms.data?.rooms ?? [];
  const answered = q === words && rooms.isSuccess && !rooms.isPlaceholderData;
  const count = found.length;
  const index = around(active, count);
  useEffect(() => onCount(count), [count, onCount]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the answer to what was entered is there
  useEffect(() => {
    if (entered && answered) onChosen(found[index]);
  }, [entered, answered]);

  return (
    <div className={classes.found}>
      {rooms.isPending && <Waiting rows={4} height={40} />}
      {rooms.isError && (
        <TroubleNotice title={t('rooms.failed')} error={rooms.error} retry={() => void rooms.refetch()} />
      )}
      {answered && count === 0 && <p className={classes.none}>{t('rooms.ask.ofNone')}</p>}
      {count > 0 && (
        <div role="listbox" id={listId} aria-label={t('rooms.title')} aria-busy={!answered}>
          {found.map((room, at) => (
            <Option
              key={room.room_id}
              id={`${listId}-${at}`}
              room={room}
              selected={at === index}
              onChosen={onChosen}
            />
          ))}
        </div>
      )}
    </div>
  );
}

interface OptionProps {
  onChosen: (room: Room) => void;
  id: string;
  room: Room;
  selected: boolean;
}

function Option({ id, room, selected, onChosen }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the text box keeps the focus and names the active option
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are taken by the text box
    <div
      id={id}
      role="option"
      aria-selected={selected}
      className={classes.option}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onChosen(room)}
    >
      <SeverityBadge severity={room.severity} calm={isOver(room.status)} />
      <span className="figures">{room.number}</span>
      <strong>{room.title}</strong>
      <span className={classes.place}>{placeText(room.place)}</span>
    </div>
  );
}

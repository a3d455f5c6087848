import { Modal, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import type { Room } from '@/api/types';
import { isComposing } from '@/ui/isComposing';
import { useOpening } from '@/ui/later';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { Waiting } from '@/ui/Waiting';
import { isOver, SeverityBadge } from './Badges';
import classes from './JumpToRoom.module.css';
import { placeText } from './place';

interface Props {
  opened: boolean;
  onClose: () => void;
  onChosen: (room: Room) => void;
}

/** Milliseconds of quiet before what is typed is looked up. */
const typingPause = 150;
/** Rooms to choose from: as many as one sees at a glance. */
const most = 8;

/** Goes to a room by its number, its title or its place, with the keyboard alone (UX 17). */
export function JumpToRoom({ opened, onClose, onChosen }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={useOpening(opened)}
      onClose={onClose}
      title={t('keys.page.jump')}
      size="lg"
      yOffset="10dvh"
      transitionProps={{ duration: 0 }}
      classNames={{ title: classes.title }}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <Choice onChosen={onChosen} />
    </Modal>
  );
}

function Choice({ onChosen }: Pick<Props, 'onChosen'>) {
  const { t } = useTranslation();
  const listId = useId();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const [entered, setEntered] = useState(false); // Enter, before there was an answer
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
  const index = Math.min(active, found.length - 1);
  const current = found[index];
  const optionId = (room: Room) => `${listId}-${room.room_id}`;

  const choose = (room: Room | undefined) => {
    if (!answered) setEntered(true);
    else if (room !== undefined) onChosen(room);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the answer to what was entered is there
  useEffect(() => {
    if (!entered || !answered) return;
    setEntered(false);
    choose(found[0]);
  }, [entered, answered]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === 'ArrowDown') setActive((index + 1) % Math.max(found.length, 1));
    else if (event.key === 'ArrowUp') setActive((index + found.length - 1) % Math.max(found.length, 1));
    else if (event.key === 'Enter') choose(current);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <TextInput
        data-autofocus
        role="combobox"
        aria-label={t('rooms.searchLabel')}
        aria-autocomplete="list"
        aria-expanded={found.length > 0}
        aria-controls={found.length > 0 ? listId : undefined}
        aria-activedescendant={current === undefined ? undefined : optionId(current)}
        placeholder={t('keys.jumpPlaceholder')}
        leftSection={<Search size={18} aria-hidden />}
        size="md"
        autoComplete="off"
        maxLength={100}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
          setEntered(false);
        }}
        onKeyDown={onKeyDown}
      />
      <div className={classes.found}>
        {rooms.isPending && <Waiting rows={4} height={40} />}
        {rooms.isError && (
          <TroubleNotice title={t('rooms.failed')} error={rooms.error} retry={() => void rooms.refetch()} />
        )}
        {answered && found.length === 0 && <p className={classes.none}>{t('rooms.ask.ofNone')}</p>}
        {found.length > 0 && (
          <div role="listbox" id={listId} aria-label={t('rooms.title')} aria-busy={!answered}>
            {found.map((room, at) => (
              <Option
                key={room.room_id}
                id={optionId(room)}
                room={room}
                selected={at === index}
                onChosen={onChosen}
              />
            ))}
          </div>
        )}
      </div>
    </>
  );
}

interface OptionProps extends Pick<Props, 'onChosen'> {
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

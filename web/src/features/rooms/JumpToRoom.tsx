import { CloseButton, TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room } from '@/api/types';
import { isComposing } from '@/ui/isComposing';
import { later } from '@/ui/later';
import { Waiting } from '@/ui/Waiting';
import { around } from './around';
import classes from './JumpToRoom.module.css';

const Found = later(async () => (await import('./Found')).Found, Waiting);

interface Props {
  opened: boolean;
  onClose: () => void;
  onChosen: (room: Room) => void;
}

/**
 * Goes to a room by its number, its title or its place, with the keyboard alone (UX 17). The box
 * is there at once, so that no key goes elsewhere; what it finds comes later.
 */
export function JumpToRoom({ opened, onClose, onChosen }: Props) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (opened) dialog.current?.showModal();
    else dialog.current?.close();
  }, [opened]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes it, as the browser does by itself
    <dialog
      ref={dialog}
      className={classes.dialog}
      aria-label={t('keys.page.jump')}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {opened && <Choice onClose={onClose} onChosen={onChosen} />}
    </dialog>
  );
}

function Choice({ onClose, onChosen }: Omit<Props, 'opened'>) {
  const { t } = useTranslation();
  const listId = useId();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const [entered, setEntered] = useState(false);
  const [count, setCount] = useState(0);

  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === 'ArrowDown') setActive(active + 1);
    else if (event.key === 'ArrowUp') setActive(active - 1);
    else if (event.key === 'Enter') setEntered(true);
    else return;
    event.preventDefault();
  };

  return (
    <div className={classes.choice}>
      <div className={classes.box}>
        <TextInput
          className={classes.words}
          role="combobox"
          aria-label={t('rooms.searchLabel')}
          aria-autocomplete="list"
          aria-expanded={count > 0}
          aria-controls={count > 0 ? listId : undefined}
          aria-activedescendant={count > 0 ? `${listId}-${around(active, count)}` : undefined}
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
        <CloseButton aria-label={t('app.close')} onClick={onClose} />
      </div>
      <Found
        typed={typed}
        active={active}
        entered={entered}
        listId={listId}
        onCount={setCount}
        onChosen={(room) => {
          setEntered(false);
          if (room !== undefined) onChosen(room);
        }}
      />
    </div>
  );
}

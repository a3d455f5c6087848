import { type KeyboardEvent, type RefObject, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Member } from '@/api/types';
import { isComposing } from '@/ui/isComposing';
import { useLanguage } from '@/ui/useLanguage';
import { type Callee, callees, matching, openMention } from './mentions';

/**
 * The list that opens on an @ in a text box: arrows choose, Enter or Tab takes,
 * Esc closes; keys of an input method that is still choosing are left to it (UX 16).
 */
export function useMentions(
  input: RefObject<HTMLTextAreaElement | null>,
  text: string,
  members: Member[],
  change: (text: string) => void,
) {
  const listId = useId();
  const language = useLanguage();
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const [closedAt, setClosedAt] = useState<number>(); // Esc closes it for this @
  const moveTo = useRef<number>(undefined);
  const everybody = useMemo(() => callees(members, language), [members, language]);
  const open = openMention(text, Math.min(caret, text.length));
  const found = open === undefined || open.from === closedAt ? [] : matching(everybody, open.query);
  const index = Math.min(active, found.length - 1);
  const optionId = (callee: Callee) => `${listId}-${callee.key}`;

  useLayoutEffect(() => {
    if (moveTo.current === undefined) return;
    input.current?.setSelectionRange(moveTo.current, moveTo.current);
    moveTo.current = undefined;
  });

  const pick = (callee: Callee) => {
    if (open === undefined) return;
    const inserted = `@${callee.name} `;
    change(text.slice(0, open.from) + inserted + text.slice(caret));
    moveTo.current = open.from + inserted.length;
    setCaret(moveTo.current);
    setActive(0);
    input.current?.focus();
  };

  /** True when the key was for the list. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    const current = found[index];
    if (current === undefined || isComposing(event)) return false;
    switch (event.key) {
      case 'ArrowDown':
        setActive((index + 1) % found.length);
        break;
      case 'ArrowUp':
        setActive((index + found.length - 1) % found.length);
        break;
      case 'Enter':
      case 'Tab':
        if (event.shiftKey) return false;
        pick(current);
        break;
      case 'Escape':
        setClosedAt(open?.from);
        break;
      default:
        return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  };

  const onCaret = () => {
    const at = input.current?.selectionStart ?? 0;
    if (at !== caret) setActive(0);
    setCaret(at);
    if (openMention(input.current?.value ?? '', at)?.from !== closedAt) setClosedAt(undefined);
  };

  const current = found[index];
  return {
    found,
    index,
    listId,
    optionId,
    pick,
    onKeyDown,
    onCaret,
    aria: {
      'aria-autocomplete': 'list' as const,
      'aria-haspopup': 'listbox' as const,
      'aria-controls': current === undefined ? undefined : listId,
      'aria-activedescendant': current === undefined ? undefined : optionId(current),
    },
  };
}

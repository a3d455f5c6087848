import { useEffect, useEffectEvent } from 'react';
import { create } from 'zustand';
import { askedBy, type PageKey } from './keys';

const kept = 'task-reporter.character-keys';

/** Whether single characters are keys, as this device has it: who speaks to it may not want them (WCAG 2.1.4). */
export const useCharacterKeys = create<{ on: boolean; turn: (on: boolean) => void }>()((set) => ({
  on: read(),
  turn: (on) => {
    set({ on });
    try {
      localStorage.setItem(kept, String(on));
    } catch {
      // not remembered: it holds until the page goes
    }
  },
}));

function read(): boolean {
  try {
    return localStorage.getItem(kept) !== 'false';
  } catch {
    return true;
  }
}

/**
 * Takes the page's keys, all of them here. At the window, because after a click beside
 * everything the focus is nowhere; `askedBy` says which keys are left to others. What
 * returns false has done nothing, and the key goes on to the browser.
 */
export function useKeys(acts: Record<PageKey, () => unknown>): void {
  const characters = useCharacterKeys((keys) => keys.on);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const asked = askedBy(event, characters);
    if (asked !== undefined && acts[asked]() !== false) event.preventDefault();
  });
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

import { useLocalStorage } from '@mantine/hooks';
import { useEffect, useEffectEvent } from 'react';
import { askedBy, type PageKey } from './keys';

/** Whether single characters are keys, as this device has it: who speaks to it may not want them (WCAG 2.1.4). */
export function useCharacterKeys() {
  return useLocalStorage({
    key: 'task-reporter.character-keys',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
}

/**
 * Takes the page's keys, all of them here. At the window, because after a click beside
 * everything the focus is nowhere; `askedBy` says which keys are left to others. What
 * returns false has done nothing, and the key goes on to the browser.
 */
export function useKeys(acts: Record<PageKey, () => unknown>): void {
  const [characters] = useCharacterKeys();
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const asked = askedBy(event, characters);
    if (asked !== undefined && acts[asked]() !== false) event.preventDefault();
  });
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

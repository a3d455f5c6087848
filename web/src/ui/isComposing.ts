import type { KeyboardEvent } from 'react';

/** Whether a key belongs to an input method that is still choosing: 注音 confirms with Enter. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.nativeEvent.isComposing || event.keyCode === 229;
}

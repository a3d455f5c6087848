/** ⌘ on Apple's keyboards, Ctrl on all others. */
const apple = /Mac|iPhone|iPad/.test(navigator.platform);

/** What is pressed together; `key` as the browser names it. */
interface Chord {
  key: string;
  mod?: true; // Ctrl or ⌘
  alt?: true;
  shift?: true;
}

/** What the page does at a key, wherever the focus is (UX 17). */
export const pageKeys = {
  jump: { key: 'k', mod: true },
  nextUnread: { key: 'ArrowDown', alt: true, shift: true },
  previousUnread: { key: 'ArrowUp', alt: true, shift: true },
  nextRegion: { key: 'F6' },
  previousRegion: { key: 'F6', shift: true },
  search: { key: '/' },
  help: { key: '?' },
} as const satisfies Record<string, Chord>;

export type PageKey = keyof typeof pageKeys;
const names = Object.keys(pageKeys) as PageKey[];

/** A key that writes something: in a field it is text, and who is led by voice can switch it off. */
function isCharacter({ key, mod }: Chord): boolean {
  return key.length === 1 && mod === undefined;
}

function matches(chord: Chord, event: KeyboardEvent): boolean {
  const [mod, other] = apple ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  return (
    event.key.toLowerCase() === chord.key.toLowerCase() &&
    mod === (chord.mod ?? false) &&
    !other &&
    event.altKey === (chord.alt ?? false) &&
    (isCharacter(chord) || event.shiftKey === (chord.shift ?? false)) // which layout writes "/" with Shift is its affair
  );
}

/** What a key asks for; nothing when it is text, or belongs to an input method or to what lies above the page. */
export function askedBy(event: KeyboardEvent, characters: boolean): PageKey | undefined {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return undefined;
  const name = names.find((one) => matches(pageKeys[one], event));
  if (name === undefined || document.querySelector('dialog[open], [role="dialog"], [role="menu"]') !== null) {
    return undefined;
  }
  const text = isCharacter(pageKeys[name]);
  return text && (!characters || isWriting(event.target)) ? undefined : name;
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

const caps: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', k: 'K' };

/** What stands on the keys of a chord. */
export function capsOf({ key, mod, alt, shift }: Chord): string[] {
  const held = [mod && (apple ? '⌘' : 'Ctrl'), alt && (apple ? '⌥' : 'Alt'), shift && 'Shift'];
  return [...held.filter((cap) => typeof cap === 'string'), caps[key] ?? key];
}

/** Where the focus goes in a region: to what is chosen there, or to the box one writes in. */
const entry = '[aria-current="page"], [role="tab"][aria-selected="true"], textarea';

/**
 * From region to region of the page, as far as they are shown; false when there is none.
 * A part of the page is a region by `data-region`.
 */
export function goToRegion(step: 1 | -1): boolean {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')];
  const here = regions.findIndex((region) => region.contains(document.activeElement));
  const from = here < 0 && step < 0 ? 0 : here; // from elsewhere: to the first, or back to the last
  for (let n = 1; n <= regions.length; n += 1) {
    const region = regions.at((from + n * step) % regions.length);
    const target = region?.querySelector<HTMLElement>(entry) ?? region;
    target?.focus();
    if (document.activeElement === target) return true; // what is hidden takes no focus
  }
  return false;
}

/** What was being written, per room and tab: Back and reload lose nothing (F-UI-10). */
const key = (roomId: string) => `task-reporter.draft.${roomId}`;

export function readDraft(roomId: string): string {
  try {
    return sessionStorage.getItem(key(roomId)) ?? '';
  } catch {
    return '';
  }
}

/** Puts text below what was being written. */
export function addToDraft(roomId: string, text: string): void {
  const before = readDraft(roomId);
  writeDraft(roomId, before === '' ? text : `${before}\n${text}`);
}

export function writeDraft(roomId: string, text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(key(roomId));
    else sessionStorage.setItem(key(roomId), text);
  } catch {
    // no storage: the draft lives as long as the composer
  }
}

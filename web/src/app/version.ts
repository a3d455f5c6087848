import { createStore } from 'zustand/vanilla';

/** Milliseconds between looks for a new version in a tab that stays open. */
const interval = 30 * 60_000;
/** Milliseconds within which a page that was reloaded for a lost part is not reloaded again. */
const onceIn = 60_000;
const reloadedKey = 'task-reporter.reloaded';

/** Whether the server has another version of the page than this one. */
export const version = createStore<{ outdated: boolean }>()(() => ({ outdated: false }));

/** The code that a page begins with; its name changes with its content. */
function entryOf(page: Document): string | null {
  const script = page.querySelector<HTMLScriptElement>('script[type="module"][src^="/assets/"]');
  return script?.getAttribute('src') ?? null;
}

/** Asks the server for its page. Where nobody answers, nothing is known, so nothing is new. */
export async function lookForVersion(mine = entryOf(document)): Promise<boolean> {
  if (mine === null || version.getState().outdated) return version.getState().outdated;
  try {
    const response = await globalThis.fetch('/', { cache: 'no-cache', headers: { Accept: 'text/html' } });
    const now = entryOf(new DOMParser().parseFromString(await response.text(), 'text/html'));
    if (response.ok && now !== null && now !== mine) version.setState({ outdated: true });
  } catch {
    // nobody answers
  }
  return version.getState().outdated;
}

/** Keeps the shell for times without a network. Plain http has no service workers: there the page needs one to open. */
function keepShell(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('/sw.js').catch(() => undefined); // forbidden by the browser's profile
}

/**
 * A part that this page needs is no longer there, because the server has a new version: the
 * page is loaded anew, once, and only when nothing is lost by that (UX 28).
 */
async function partLost(wouldLose: () => boolean): Promise<void> {
  const before = Number(sessionStorage.getItem(reloadedKey) ?? 0);
  if (Date.now() - before < onceIn || !(await lookForVersion()) || wouldLose()) return;
  sessionStorage.setItem(reloadedKey, String(Date.now()));
  window.location.reload();
}

/** Follows what version the server has, until the returned function is called. */
export function followVersion(wouldLose: () => boolean): () => void {
  if (import.meta.env.DEV) return () => undefined;
  const lost = () => void partLost(wouldLose).catch(() => undefined); // no storage: nobody counts, so nothing reloads
  const seen = () => document.visibilityState === 'visible' && void lookForVersion();
  const timer = setInterval(() => void lookForVersion(), interval);
  window.addEventListener('vite:preloadError', lost);
  document.addEventListener('visibilitychange', seen);
  keepShell();
  return () => {
    clearInterval(timer);
    window.removeEventListener('vite:preloadError', lost);
    document.removeEventListener('visibilitychange', seen);
  };
}

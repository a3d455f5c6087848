import type { User } from './types';

const key = 'task-reporter.who';

/**
 * Milliseconds after the server last confirmed a session for which its person may read on
 * without the server: as long as a session lives at most, unless its operator says otherwise.
 */
export const readsAloneFor = 14 * 3600_000;

/** Who is signed in, without anything that opens the server: so that the page opens without a network. */
export function rememberWho(user: User): void {
  try {
    localStorage.setItem(key, JSON.stringify({ user, at: Date.now() }));
  } catch {
    // no storage: the page needs the network to open
  }
}

export function forgetWho(): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // nothing was kept
  }
}

export function rememberedWho(now = Date.now()): User | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as { user: User; at: number } | null;
    const age = kept === null ? Number.POSITIVE_INFINITY : now - kept.at;
    return age >= 0 && age < readsAloneFor ? kept?.user : undefined;
  } catch {
    return undefined;
  }
}

const leavingKey = 'task-reporter.leaving';

/** Somebody signed out while the server could not hear it: it is to be told before anything else. */
export function oweLogout(owed: boolean): void {
  try {
    if (owed) localStorage.setItem(leavingKey, '1');
    else localStorage.removeItem(leavingKey);
  } catch {
    // no storage: the session ends by its own limits
  }
}

export function owesLogout(): boolean {
  try {
    return localStorage.getItem(leavingKey) !== null;
  } catch {
    return false;
  }
}

import { create } from 'zustand';
import { RequestFailed, troubleOfBody } from './problem';
import type { SignedIn, User } from './types';
import { forgetWho, oweLogout, owesLogout, rememberedWho, rememberWho } from './who';

/** On every request: a form on another site cannot set it, so cookies alone open nothing. */
export const csrfHeader = { 'X-Requested-With': 'task-reporter' } as const;

/** `unreachable`: nobody answered, so nobody knows whether the session still lives. */
export type Phase = 'starting' | 'signed-in' | 'signed-out' | 'unreachable';

interface State {
  phase: Phase;
  user?: User;
  /** Signed out by their own hand: nothing of theirs stays on this device. */
  left?: boolean;
  /** The server could not be asked yet: somebody was signed in here when it last could. */
  unconfirmed?: boolean;
}

export const useSession = create<State>()(() => ({ phase: 'starting' }));

/** The access token never leaves this module's memory. */
let token: { value: string; expiresAt: number } | undefined;
let renewal: ReturnType<typeof setTimeout> | undefined;
let refreshing: Promise<Refreshed> | undefined;

/** Seconds before expiry at which a token is no longer sent: clocks differ, requests queue. */
const margin = 10;

type Refreshed = 'ok' | 'refused' | 'unreachable';

function keep(signedIn: SignedIn): void {
  token = { value: signedIn.access_token, expiresAt: Date.now() + signedIn.expires_in * 1000 };
  clearTimeout(renewal);
  renewal = setTimeout(() => void refresh(), Math.max(5, signedIn.expires_in * 0.8) * 1000);
  rememberWho(signedIn.user);
  useSession.setState({ phase: 'signed-in', user: signedIn.user, left: false, unconfirmed: undefined });
}

function forget(left = false): void {
  token = undefined;
  clearTimeout(renewal);
  forgetWho();
  useSession.setState({ phase: 'signed-out', user: undefined, left, unconfirmed: undefined });
}

function post(path: string, body?: unknown, bearer = token?.value): Promise<Response> {
  return globalThis.fetch(new URL(path, window.location.origin), {
    method: 'POST',
    headers: {
      ...csrfHeader,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

export async function signIn(username: string, password: string): Promise<void> {
  if (owesLogout()) await refresh();
  const response = await post('/api/auth/login', { username, password });
  if (!response.ok) throw new RequestFailed(troubleOfBody(response.status, await response.text()));
  keep((await response.json()) as SignedIn);
}

/** Trades the cookie for a new token. However many ask at once, one request is made. */
export function refresh(): Promise<Refreshed> {
  refreshing ??= trade().finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function trade(): Promise<Refreshed> {
  let response: Response;
  try {
    response = await post('/api/auth/refresh');
    if (owesLogout() && response.status < 500 && response.status !== 429) {
      await logOut(response.ok ? ((await response.json()) as SignedIn).access_token : undefined);
      forget();
      return 'refused';
    }
  } catch {
    return lost();
  }
  if (response.ok) {
    keep((await response.json()) as SignedIn);
    return 'ok';
  }
  if (response.status >= 500 || response.status === 429) return lost();
  forget();
  return 'refused';
}

function lost(): Refreshed {
  if (useSession.getState().phase === 'starting') {
    const user = rememberedWho();
    if (user === undefined) useSession.setState({ phase: 'unreachable' });
    else useSession.setState({ phase: 'signed-in', user, unconfirmed: true });
  }
  return 'unreachable';
}

/** Ends the session here at once, and on the server as soon as that can be reached. */
export async function signOut(): Promise<void> {
  try {
    if (token === undefined && useSession.getState().unconfirmed) throw new TypeError('not confirmed yet');
    await logOut(token?.value);
  } catch {
    oweLogout(true); // also when the cookie may still open a session
  } finally {
    forget(true);
  }
}

/** Without a token there is no session that could be ended. */
async function logOut(bearer: string | undefined): Promise<void> {
  if (bearer !== undefined) await post('/api/auth/logout', undefined, bearer);
  oweLogout(false);
}

/** A token that is good for a request now, or nothing. */
export async function bearer(): Promise<string | undefined> {
  const stale = token !== undefined && token.expiresAt - Date.now() < margin * 1000;
  if (stale) await refresh();
  return token?.value;
}

/** A fetch that carries the token and, on a 401, renews it and tries exactly once more. */
export async function authorizedFetch(request: Request): Promise<Response> {
  const send = async (): Promise<Response> => {
    const attempt = new Request(request.clone());
    for (const [name, value] of Object.entries(csrfHeader)) attempt.headers.set(name, value);
    const value = await bearer();
    if (value !== undefined) attempt.headers.set('Authorization', `Bearer ${value}`);
    return globalThis.fetch(attempt);
  };
  const response = await send();
  if (response.status !== 401 || (await refresh()) !== 'ok') return response;
  return send();
}

import type { Hit, SearchKind } from '@/api/types';
import { midnight, readDay } from '@/i18n/days';
import { dayKey } from '@/i18n/format';

export const searchKinds: readonly SearchKind[] = ['message', 'room', 'file'];

/** What the address bar says about a search; absent means no limit. Days are those of this device. */
export interface Terms {
  q?: string;
  kind?: SearchKind[];
  /** room_id */
  room?: string;
  /** user_id of the author */
  from?: string;
  /** First and last day, as YYYY-MM-DD. */
  since?: string;
  until?: string;
}

const id = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[0-9a-f-]{36}$/i.test(value) ? value : undefined;

/** Reads the address bar; what makes no sense is left out rather than refused. */
export function readTerms(search: Record<string, unknown>): Terms {
  const values = [search.kind].flat();
  const kind = searchKinds.filter((one) => values.includes(one));
  const q = typeof search.q === 'string' ? search.q.slice(0, 200) : '';
  return {
    q: q === '' ? undefined : q,
    kind: kind.length > 0 ? kind : undefined,
    room: id(search.room),
    from: id(search.from),
    since: readDay(search.since),
    until: readDay(search.until),
  };
}

/** One Chinese character finds too much to be worth asking. */
export function isWorthAsking(q: string | undefined): boolean {
  const text = q?.trim() ?? '';
  return text !== '' && !/^\p{Script=Han}$/u.test(text);
}

export function searchQuery(terms: Terms, cursor: string | undefined) {
  return {
    q: terms.q?.trim() ?? '',
    kind: terms.kind,
    room_id: terms.room,
    author_id: terms.from,
    since: midnight(terms.since, 0),
    until: midnight(terms.until, 1),
    limit: 20,
    cursor,
  };
}

export interface Day {
  key: string;
  at: Date;
  hits: Hit[];
}

/** Hits by the day they are of, as they come. */
export function byDay(hits: Hit[]): Day[] {
  const days: Day[] = [];
  for (const hit of hits) {
    const at = new Date(hit.at);
    const key = dayKey(at);
    const last = days.at(-1);
    if (last?.key === key) last.hits.push(hit);
    else days.push({ key, at, hits: [hit] });
  }
  return days;
}

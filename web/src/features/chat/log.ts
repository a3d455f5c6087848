import type { RoomEvent, TimelinePage } from '@/api/types';
import { type Change, changed, isChange, isMessageChange } from './change';

/** An event of the timeline; its message reads as it did at `asOf`. */
export interface Entry {
  event: RoomEvent;
  asOf: number;
}

/** All of the timeline from seq `lo` to seq `hi`, by rising seq. */
export interface Span {
  lo: number;
  hi: number;
  entries: Entry[];
}

/**
 * What this page has of a room's timeline: its newest part, which live events
 * prolong without a hole, and, after a jump far back, a window on another place.
 * When the window has grown up to the newest part, the two are one again. What is far
 * from where somebody reads is left out, and read again when they come near.
 */
export interface Log {
  newest: Span;
  away?: Span;
  /** The last changes, for pages that were read before them but arrive after. */
  changes: Change[];
  /** Pages that were read before this seq may miss changes and are not taken. */
  changesFrom: number;
  /** Another number: another place is shown, not the same one grown. */
  view: number;
}

export type Folded = 'applied' | 'duplicate' | 'gap';

/** Changes that are kept for late pages. */
const keptChanges = 500;
/** Entries of one place that are kept: a few screens each way, and the pages beside them. */
const keptEntries = 600;

/** Where a page lies: the bound it was asked for. */
export type Bound = { before_seq: number } | { after_seq: number } | { around_seq: number } | undefined;

/** What a page covers: everything between its ends, and up to where nothing more follows. */
export function spanOf(page: TimelinePage, bound?: Bound): Span {
  const first = page.events[0]?.seq;
  const last = page.events.at(-1)?.seq;
  const start = bound && 'after_seq' in bound ? bound.after_seq + 1 : 1;
  const end = bound && 'before_seq' in bound ? bound.before_seq - 1 : page.head_seq;
  return {
    lo: bound && 'after_seq' in bound ? start : page.has_before && first !== undefined ? first : start,
    hi: bound && 'before_seq' in bound ? end : page.has_after && last !== undefined ? last : end,
    entries: page.events.map((event) => ({ event, asOf: page.head_seq })),
  };
}

/** A log that begins with the newest page. */
export function logOf(page: TimelinePage): Log {
  return { newest: spanOf(page), changes: [], changesFrom: page.head_seq, view: 0 };
}

/** After a reset: nothing is known before `seq`. */
export function emptyAfter(seq: number, before?: Log): Log {
  return {
    newest: { lo: seq + 1, hi: seq, entries: [] },
    changes: [],
    changesFrom: seq,
    view: (before?.view ?? 0) + 1,
  };
}

/** The part that is on the screen. */
export function shown(log: Log): Span {
  return log.away ?? log.newest;
}

export function reachedStart(span: Span): boolean {
  return span.lo <= 1;
}

export function covers(span: Span, seq: number): boolean {
  return span.lo <= seq && seq <= span.hi;
}

/** The loaded message with that id. */
export function findMessage(log: Log, messageId: string) {
  for (const span of log.away === undefined ? [log.newest] : [log.newest, log.away]) {
    for (const { event } of span.entries) {
      if (event.type === 'message' && event.message.message_id === messageId) return event.message;
    }
  }
  return undefined;
}

/**
 * Takes the next live event; one that was seen changes nothing, one too far ahead
 * is a gap to be filled first.
 */
export function append(log: Log, event: RoomEvent): [Log, Folded] {
  const { newest } = log;
  if (event.seq <= newest.hi) return [log, 'duplicate'];
  if (event.seq > newest.hi + 1) return [log, 'gap'];
  let next: Log = { ...log, newest: { ...newest, hi: event.seq } };
  if (isChange(event)) next = apply(next, event);
  if (!isMessageChange(event)) {
    const entries = [...next.newest.entries, { event, asOf: event.seq }];
    const newest = { ...next.newest, entries };
    const unseen = next.away !== undefined && entries.length > keptEntries;
    next = { ...next, newest: unseen ? lastOf(newest, keptEntries / 2) : newest };
  }
  return [next, 'applied'];
}

function apply(log: Log, change: Change): Log {
  const changes = [...log.changes, change];
  const dropped = changes.length > keptChanges ? changes.shift() : undefined;
  return {
    ...log,
    newest: after(log.newest, change),
    away: log.away && after(log.away, change),
    changes,
    changesFrom: dropped?.seq ?? log.changesFrom,
  };
}

function after(span: Span, change: Change): Span {
  let touched = false;
  const entries = span.entries.map((entry) => {
    const { event, asOf } = entry;
    if (event.type !== 'message' || change.seq <= asOf) return entry;
    const message = changed(event.message, change);
    if (message === event.message) return entry;
    touched = true;
    return { event: { ...event, message }, asOf: change.seq };
  });
  return touched ? { ...span, entries } : span;
}

/** A page as it reads now; nothing when it is too old to be brought up to date. */
function current(log: Log, page: TimelinePage, bound: Bound): Span | undefined {
  if (page.head_seq < log.changesFrom) return undefined;
  return log.changes.reduce(after, spanOf(page, bound));
}

/** Adds a page that touches the part that is shown. Undefined: read it again. */
export function extend(log: Log, page: TimelinePage, bound: Bound): Log | undefined {
  const more = current(log, page, bound);
  if (more === undefined) return undefined;
  const here = shown(log);
  if (more.hi < here.lo - 1 || more.lo > here.hi + 1) return log;
  const grown = union(here, more);
  if (log.away === undefined) return { ...log, newest: upTo(here.hi, grown) };
  return rejoin({ ...log, away: grown });
}

/** Shows the place that a page was read around. Undefined: read it again. */
export function goTo(log: Log, page: TimelinePage, bound: Bound): Log | undefined {
  const away = current(log, page, bound);
  return away && rejoin({ ...log, away, view: log.view + 1 });
}

export function goToNewest(log: Log): Log {
  if (log.away === undefined) return log;
  const { away: _, ...rest } = log;
  return { ...rest, view: log.view + 1 };
}

/**
 * Without what is far from `seq`, where somebody reads, once a place has more than `most`
 * entries; only one end is cut. When that is the newest end, what is left becomes a window,
 * in the same view.
 */
export function withoutFar(log: Log, seq: number, most = keptEntries): Log {
  const here = shown(log);
  const { length } = here.entries;
  if (length <= most) return log;
  const left = Math.floor(most / 3) * 2;
  const index = here.entries.findIndex(({ event }) => event.seq >= seq);
  if (index < 0 || index >= length / 2) {
    const near = lastOf(here, left);
    return log.away === undefined ? { ...log, newest: near } : { ...log, away: near };
  }
  const newest = log.away === undefined ? lastOf(here, Math.floor(most / 6)) : log.newest;
  return { ...log, newest, away: firstOf(here, left) };
}

function firstOf({ lo, hi, entries }: Span, count: number): Span {
  const next = entries[count];
  return { lo, hi: next === undefined ? hi : next.event.seq - 1, entries: entries.slice(0, count) };
}

function lastOf({ lo, hi, entries }: Span, count: number): Span {
  const left = entries.slice(-count);
  return { lo: left[0]?.event.seq ?? lo, hi, entries: left };
}

function rejoin(log: Log): Log {
  const { away, newest } = log;
  if (away === undefined || away.hi < newest.lo - 1) return log;
  const { away: _, ...rest } = log;
  return { ...rest, newest: upTo(newest.hi, union(away, newest)) };
}

/** What a page read beyond the newest part comes again, as live events. */
function upTo(hi: number, { lo, entries }: Span): Span {
  return { lo, hi, entries: entries.filter(({ event }) => event.seq <= hi) };
}

/** Two spans that touch; of an entry in both, the one that was read later. */
function union(one: Span, other: Span): Span {
  const entries = new Map(one.entries.map((entry) => [entry.event.seq, entry]));
  for (const entry of other.entries) {
    const known = entries.get(entry.event.seq);
    if (known === undefined || known.asOf < entry.asOf) entries.set(entry.event.seq, entry);
  }
  return {
    lo: Math.min(one.lo, other.lo),
    hi: Math.max(one.hi, other.hi),
    entries: [...entries.values()].sort((a, b) => a.event.seq - b.event.seq),
  };
}

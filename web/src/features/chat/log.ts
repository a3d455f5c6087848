import { api } from '@/api/client';
import { RequestFailed, troubleOf } from '@/api/problem';
import type { EventPage, RoomEvent } from '@/api/types';

/**
 * The part of a room's log that this page has: seqs lo … hi without a hole, so
 * `events[i].seq === lo + i`. Everything shown of the conversation follows from it.
 */
export interface Log {
  lo: number;
  hi: number;
  events: RoomEvent[];
}

export type Folded = 'applied' | 'duplicate' | 'gap';

/** Events per page of history. */
const pageSize = 100;
/** The most that the server gives at once; past it the newest page is a better start. */
const pageLimit = 1000;

export function emptyAfter(seq: number): Log {
  return { lo: seq + 1, hi: seq, events: [] };
}

/** Adds the next event; one that was seen changes nothing, one too far ahead is a gap to be filled first. */
export function append(log: Log, event: RoomEvent): [Log, Folded] {
  if (event.seq <= log.hi) return [log, 'duplicate'];
  if (event.seq > log.hi + 1) return [log, 'gap'];
  return [{ ...log, hi: event.seq, events: [...log.events, event] }, 'applied'];
}

/** Puts an older page in front; what does not reach up to the log is not taken. */
export function prepend(log: Log, older: RoomEvent[]): Log {
  const page = older.filter((event) => event.seq < log.lo);
  const first = page[0];
  if (first === undefined || page.at(-1)?.seq !== log.lo - 1) return log;
  return { lo: first.seq, hi: log.hi, events: [...page, ...log.events] };
}

export function reachedStart(log: Log): boolean {
  return log.lo <= 1;
}

async function fetchEvents(roomId: string, afterSeq: number, limit: number): Promise<EventPage> {
  const { data, error } = await api.GET('/api/rooms/{room_id}/events', {
    params: { path: { room_id: roomId }, query: { after_seq: afterSeq, limit } },
  });
  if (data === undefined) throw new RequestFailed(troubleOf(error));
  return data;
}

/** The newest page of a room whose head was `head` a moment ago; what came since is caught up by the socket. */
export async function fetchNewest(roomId: string, head: number): Promise<Log> {
  const after = Math.max(0, head - pageSize);
  const page = await fetchEvents(roomId, after, pageLimit);
  return page.events.reduce((log, event) => append(log, event)[0], emptyAfter(after));
}

export async function fetchOlder(roomId: string, log: Log): Promise<RoomEvent[]> {
  const after = Math.max(0, log.lo - 1 - pageSize);
  const page = await fetchEvents(roomId, after, log.lo - 1 - after);
  return page.events;
}

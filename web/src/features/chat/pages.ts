import { api } from '@/api/client';
import { RequestFailed, troubleOf } from '@/api/problem';
import type { Room, TimelinePage } from '@/api/types';
import { type Bound, covers, goTo, type Log, logOf } from './log';

/** Events of a page of history. */
const pageSize = 100;

export async function fetchPage(roomId: string, bound: Bound): Promise<TimelinePage> {
  const { data, error } = await api.GET('/api/rooms/{room_id}/timeline', {
    params: { path: { room_id: roomId }, query: { ...bound, limit: pageSize } },
  });
  if (data === undefined) throw new RequestFailed(troubleOf(error));
  return data;
}

/** A room as it opens: its newest page, or the place of the first unread message (UX 2). */
export async function fetchOpening(room: Room): Promise<Log> {
  const log = logOf(await fetchPage(room.room_id, undefined));
  const unread = firstUnread(room);
  if (unread === undefined || covers(log.newest, unread) || unread > log.newest.hi) return log;
  const bound = { around_seq: unread };
  return goTo(log, await fetchPage(room.room_id, bound), bound) ?? log;
}

/** The seq from which on a member has not read; nothing when all is read, or for who is no member. */
export function firstUnread(room: Room): number | undefined {
  if (room.read_seq === undefined || !room.unread_count) return undefined;
  return room.read_seq + 1;
}

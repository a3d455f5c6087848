import { replaceEqualDeep } from '@tanstack/react-query';
import { $api } from '@/api/client';
import type { Room, RoomPage } from '@/api/types';
import { type Filters, listQuery } from './filters';

/** A page of the list of rooms, as it is filtered. */
export const roomPageQuery = (filters: Filters) =>
  $api.queryOptions(
    'get',
    '/api/rooms',
    { params: { query: listQuery(filters) } },
    { structuralSharing: (before, now) => replaceEqualDeep(before, stillRead(before, now as RoomPage)) },
  );

/** What I have read here stays read: the server writes it down a moment later, and may answer in between. */
export function stillRead(before: unknown, now: RoomPage): RoomPage {
  const known = new Map((before as RoomPage | undefined)?.rooms.map((room) => [room.room_id, room]));
  const rooms = now.rooms.map((room): Room => {
    const mine = known.get(room.room_id);
    if (mine?.head_seq !== room.head_seq || (mine.read_seq ?? 0) <= (room.read_seq ?? 0)) return room;
    const { read_seq, unread_count, mention_count } = mine;
    return { ...room, read_seq, unread_count, mention_count };
  });
  return { ...now, rooms };
}

import type { QueryClient } from '@tanstack/react-query';
import { logKey, membersQuery, roomListKey, roomQuery } from '@/api/keys';
import type { Member, Room, RoomPage, ServerFrame } from '@/api/types';
import { calls, type Log } from '@/features/chat';

type Activity = Extract<ServerFrame, { type: 'room_activity' }>;
type Read = Extract<ServerFrame, { type: 'read' }>;

/** Changes a room wherever a page of the list shows it. */
export function changeRooms(cache: QueryClient, roomId: string, change: (room: Room) => Room): void {
  cache.setQueriesData<RoomPage>({ queryKey: roomListKey }, (page) => {
    if (page === undefined || !page.rooms.some((room) => room.room_id === roomId)) return page;
    return { ...page, rooms: page.rooms.map((room) => (room.room_id === roomId ? change(room) : room)) };
  });
}

/** What happened in a room, for the list; true when the list must be read again (F-RM-11). */
export function foldActivity(cache: QueryClient, frame: Activity, me: string): boolean {
  const { room_id: roomId } = frame.room;
  const shown = cache.getQueriesData<RoomPage>({ queryKey: roomListKey, type: 'active' });
  let again = frame.renewed;
  for (const [, page] of shown) {
    const room = page?.rooms.find((one) => one.room_id === roomId);
    const moved = room?.status !== frame.room.status || room.severity !== frame.room.severity;
    if (page !== undefined && moved) again = true; // unknown, or it may fall out of a filter
  }
  const change = (room: Room) => active(room, frame, me);
  changeRooms(cache, roomId, change);
  cache.setQueriesData<RoomPage>({ queryKey: roomListKey }, (page) => page && ordered(page));
  const watched = cache.getQueryData<Log>(logKey(roomId)) !== undefined;
  if (!watched) cache.setQueryData<Room>(roomQuery(roomId).queryKey, (room) => room && change(room));
  if (frame.renewed) void cache.invalidateQueries({ queryKey: roomQuery(roomId).queryKey });
  return again;
}

function ordered(page: RoomPage): RoomPage {
  const rooms = page.rooms.toSorted(
    (a, b) => Date.parse(b.last_activity_at) - Date.parse(a.last_activity_at),
  );
  return rooms.every((room, index) => room === page.rooms[index]) ? page : { ...page, rooms };
}

function active(before: Room, { room, ...frame }: Activity, me: string): Room {
  if (frame.head_seq < before.head_seq) return before; // it was read after this
  const { my_role, read_seq } = before;
  const known = Math.max(before.head_seq, read_seq ?? 0);
  const unread = frame.posted.filter((one) => one.seq > known && one.author_id !== me);
  const called = unread.filter((one) => calls(one.mentions, me, my_role));
  const counts =
    read_seq === undefined
      ? {}
      : {
          unread_count: (before.unread_count ?? 0) + unread.length,
          mention_count: (before.mention_count ?? 0) + called.length,
        };
  return {
    ...before,
    ...room,
    my_role,
    read_seq,
    ...counts,
    moves: room.moves ?? before.moves,
    head_seq: frame.head_seq,
    member_count: frame.member_count,
    last_message: frame.last_message ?? before.last_message,
  };
}

/** Up to where members have read; for me also what that leaves unread, in every tab. */
export function foldRead(cache: QueryClient, frame: Read, me: string): void {
  const { room_id: roomId } = frame;
  const pointers = new Map(frame.readers.map((reader) => [reader.user_id, reader.seq]));
  cache.setQueryData<{ members: Member[] }>(membersQuery(roomId).queryKey, (known) => {
    if (known === undefined) return known;
    const members = known.members.map((member) => {
      const seq = pointers.get(member.user_id) ?? 0;
      return seq > (member.read_seq ?? 0) ? { ...member, read_seq: seq } : member;
    });
    return { members };
  });
  const mine = pointers.get(me);
  if (mine !== undefined) iRead(cache, roomId, mine, me);
}

/** I have read up to `seq`: here, or in another tab. */
function iRead(cache: QueryClient, roomId: string, seq: number, me: string): void {
  const log = cache.getQueryData<Log>(logKey(roomId));
  let unsure = false;
  const change = (room: Room): Room => {
    if (room.read_seq === undefined || seq <= room.read_seq) return room;
    if (seq >= room.head_seq) return { ...room, read_seq: seq, unread_count: 0, mention_count: 0 };
    if (log === undefined || log.newest.lo > seq + 1 || log.newest.hi < room.head_seq) {
      unsure = true;
      return { ...room, read_seq: seq };
    }
    const left = log.newest.entries.flatMap(({ event }) =>
      event.type === 'message' && event.seq > seq && event.by.user_id !== me ? [event.message] : [],
    );
    return {
      ...room,
      read_seq: seq,
      unread_count: left.length,
      mention_count: left.filter((message) => calls(message.mentions, me, room.my_role)).length,
    };
  };
  changeRooms(cache, roomId, change);
  cache.setQueryData<Room>(roomQuery(roomId).queryKey, (room) => room && change(room));
  if (unsure) void cache.invalidateQueries({ queryKey: roomListKey });
}

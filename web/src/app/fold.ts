import type { QueryClient } from '@tanstack/react-query';
import { fileQuery, filesKey, logKey, membersQuery, roomQuery } from '@/api/keys';
import type { Member, Room, RoomEvent, ServerFrame } from '@/api/types';
import { append, type Folded, type Log } from '@/features/chat';

/** Whether a frame is an entry of a room's log, also one of a type that is newer than this page. */
export function isRoomEvent(frame: ServerFrame): frame is RoomEvent {
  return 'seq' in frame && 'epoch' in frame && 'by' in frame;
}

/**
 * The one place where the log's events change what the page knows. An event is
 * applied once and in its turn, or not at all.
 */
export function fold(cache: QueryClient, event: RoomEvent): Folded {
  const { room_id: roomId } = event;
  const log = cache.getQueryData<Log>(logKey(roomId));
  if (log === undefined) return 'duplicate'; // the page to come will hold it
  const [next, outcome] = append(log, event);
  if (outcome !== 'applied') return outcome;
  cache.setQueryData(logKey(roomId), next);

  if (event.type === 'member_added') addMember(cache, event);
  if (event.type === 'file_deleted') {
    cache.removeQueries({ queryKey: fileQuery(roomId, event.file_id).queryKey });
  }
  if (event.type === 'file_uploaded' || event.type === 'file_deleted') {
    void cache.invalidateQueries({ queryKey: filesKey(roomId) });
  }
  cache.setQueryData<Room>(roomQuery(roomId).queryKey, (room) => room && advance(room, event));
  return 'applied';
}

function advance(room: Room, event: RoomEvent): Room {
  if (event.seq <= room.head_seq) return room; // it was read after this event
  const joined = event.type === 'member_added' ? 1 : 0;
  return {
    ...room,
    head_seq: event.seq,
    last_activity_at: event.at,
    member_count: room.member_count + joined,
  };
}

function addMember(cache: QueryClient, event: Extract<RoomEvent, { type: 'member_added' }>): void {
  cache.setQueryData<{ members: Member[] }>(membersQuery(event.room_id).queryKey, (known) => {
    if (known === undefined) return known;
    const others = known.members.filter((member) => member.user_id !== event.member.user_id);
    return { members: [...others, event.member] };
  });
}

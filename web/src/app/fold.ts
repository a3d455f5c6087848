import type { QueryClient } from '@tanstack/react-query';
import {
  checklistQuery,
  fileQuery,
  filesKey,
  historyQuery,
  logKey,
  membersQuery,
  messageQuery,
  pinsQuery,
  previewQuery,
  roomListKey,
  roomQuery,
} from '@/api/keys';
import type { Member, Message, Room, RoomEvent, ServerFrame } from '@/api/types';
import { append, calls, changed, type Folded, type Log } from '@/features/chat';
import { changeRooms } from './foldList';

/** Whether a frame is an entry of a room's log, also one of a type that is newer than this page. */
export function isRoomEvent(frame: ServerFrame): frame is RoomEvent {
  return 'seq' in frame && 'epoch' in frame && 'by' in frame;
}

/**
 * The one place where the log's events change what the page knows. An event is
 * applied once and in its turn, or not at all.
 */
export function fold(cache: QueryClient, event: RoomEvent, me: string): Folded {
  const { room_id: roomId } = event;
  const log = cache.getQueryData<Log>(logKey(roomId));
  if (log === undefined) return 'duplicate'; // the page to come will hold it
  const [next, outcome] = append(log, event);
  if (outcome !== 'applied') return outcome;
  cache.setQueryData(logKey(roomId), next);

  foldMembers(cache, event);
  foldMessages(cache, event);
  foldFiles(cache, event);
  if (event.type === 'checklist_changed') renew(cache, checklistQuery(roomId));
  cache.setQueryData<Room>(roomQuery(roomId).queryKey, (room) => room && advance(room, event, me));
  if (event.type === 'room_updated') {
    changeRooms(cache, roomId, (room) => updated(room, event.room));
    if (event.room.moves === undefined) renew(cache, roomQuery(roomId));
  }
  if (concerns(event, me)) {
    renew(cache, roomQuery(roomId));
    renew(cache, { queryKey: roomListKey });
  }
  return 'applied';
}

function renew(cache: QueryClient, { queryKey }: { queryKey: readonly unknown[] }): void {
  void cache.invalidateQueries({ queryKey });
}

/** Whether an event changes what I may do in the room. */
function concerns(event: RoomEvent, me: string): boolean {
  if (event.type === 'member_added') return event.member.user_id === me;
  return (event.type === 'member_removed' || event.type === 'role_changed') && event.user.user_id === me;
}

/** How the room reads now, and what only its reader has. */
function updated(before: Room, now: Room): Room {
  const { my_role, read_seq, unread_count, mention_count, member_count, head_seq, last_message, hold } =
    before;
  return {
    ...now,
    my_role,
    read_seq,
    unread_count,
    mention_count,
    member_count,
    head_seq,
    last_message,
    hold,
    moves: now.moves ?? before.moves,
  };
}

function advance(before: Room, event: RoomEvent, me: string): Room {
  if (event.seq <= before.head_seq) return before; // it was read after this event
  const room = event.type === 'room_updated' ? updated(before, event.room) : before;
  const next = { ...room, head_seq: event.seq, last_activity_at: event.at };
  switch (event.type) {
    case 'member_added':
      return { ...next, member_count: room.member_count + 1 };
    case 'member_removed':
      return { ...next, member_count: room.member_count - 1 };
    case 'role_changed':
      return event.user.user_id === me ? { ...next, my_role: event.to } : next;
    case 'message': {
      if (event.by.user_id === me || room.read_seq === undefined) return next;
      const called = calls(event.message.mentions, me, room.my_role) ? 1 : 0;
      return {
        ...next,
        unread_count: (room.unread_count ?? 0) + 1,
        mention_count: (room.mention_count ?? 0) + called,
      };
    }
    default:
      return next;
  }
}

function foldMembers(cache: QueryClient, event: RoomEvent): void {
  const change = (how: (members: Member[]) => Member[]) =>
    cache.setQueryData<{ members: Member[] }>(
      membersQuery(event.room_id).queryKey,
      (known) => known && { members: how(known.members) },
    );
  switch (event.type) {
    case 'member_added': {
      const { member } = event;
      change((members) => [...members.filter((one) => one.user_id !== member.user_id), member]);
      return;
    }
    case 'member_removed':
      change((members) => members.filter((one) => one.user_id !== event.user.user_id));
      return;
    case 'role_changed':
      change((members) =>
        members.map((one) => (one.user_id === event.user.user_id ? { ...one, role: event.to } : one)),
      );
  }
}

function foldMessages(cache: QueryClient, event: RoomEvent): void {
  const { room_id: roomId } = event;
  switch (event.type) {
    case 'message_pinned':
    case 'message_unpinned':
      renew(cache, pinsQuery(roomId));
      return;
    case 'message_edited':
    case 'message_deleted': {
      const { message_id: id } = event;
      cache.setQueryData<Message>(messageQuery(roomId, id).queryKey, (one) => one && changed(one, event));
      renew(cache, historyQuery(roomId, id));
      const pins = cache.getQueryData<{ messages: Message[] }>(pinsQuery(roomId).queryKey);
      if (pins?.messages.some((one) => one.message_id === id)) renew(cache, pinsQuery(roomId));
    }
  }
}

/** A preview has been made, which is no entry of the log: it can be loaded now. */
export function foldPreview(
  cache: QueryClient,
  { room_id, file_id }: Extract<ServerFrame, { type: 'preview_ready' }>,
): void {
  cache.setQueryData<number>(previewQuery(room_id, file_id).queryKey, (told = 0) => told + 1);
}

function foldFiles(cache: QueryClient, event: RoomEvent): void {
  if (event.type === 'file_deleted') {
    cache.removeQueries({ queryKey: fileQuery(event.room_id, event.file_id).queryKey });
  }
  if (event.type === 'file_scanned') {
    renew(cache, fileQuery(event.room_id, event.file_id));
    renew(cache, pinsQuery(event.room_id));
  }
  if (event.type === 'file_uploaded' || event.type === 'file_deleted' || event.type === 'file_scanned') {
    renew(cache, { queryKey: filesKey(event.room_id) });
  }
}

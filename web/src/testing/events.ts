import type { Member, Message, Person, Role, Room, RoomEvent, ScanState, TimelinePage } from '@/api/types';

/** Rows of a room's log for tests. */
export const roomId = '0192f0c1-0000-7000-8000-000000000001';
export const wang: Person = { user_id: 'u-wang', name: '王小明' };
export const li: Person = { user_id: 'u-li', name: '李工' };

export const minute = (n: number) => new Date(Date.UTC(2026, 6, 18, 6, n)).toISOString();

function base(seq: number, by: Person, at: string) {
  return { room_id: roomId, seq, epoch: 1, at, by };
}

export function said(
  seq: number,
  by: Person = wang,
  at = minute(seq),
  more: Partial<Message> = {},
): Extract<RoomEvent, { type: 'message' }> {
  const message: Message = {
    message_id: `m-${seq}`,
    seq,
    author: by,
    message_type: 'TEXT',
    text: `text ${seq}`,
    at,
    ...more,
  };
  return { type: 'message', ...base(seq, by, at), message };
}

export function photo(seq: number, fileId: string, by: Person = wang) {
  return said(seq, by, minute(seq), {
    message_type: 'IMAGE_REF',
    text: 'oil.jpg',
    metadata: { file_id: fileId, filename: 'oil.jpg', kind: 'image', size: 10, url: `/content/${fileId}` },
  });
}

export function deleted(seq: number, fileId: string, by: Person = wang): RoomEvent {
  return { type: 'file_deleted', ...base(seq, by, minute(seq)), file_id: fileId, deleted_by: by };
}

export function scanned(seq: number, fileId: string, state: ScanState): RoomEvent {
  const house = { user_id: 'house', name: 'Task Reporter' };
  return { type: 'file_scanned', ...base(seq, house, minute(seq)), file_id: fileId, scan_state: state };
}

export function member(person: Person, role: Role): Member {
  return { ...person, role, added_by: wang.user_id, added_at: minute(0) };
}

export function joined(seq: number, person: Person, role: Role): RoomEvent {
  return { type: 'member_added', ...base(seq, wang, minute(seq)), member: member(person, role) };
}

export function room(more: Partial<Room> = {}): Room {
  return {
    room_id: roomId,
    number: 'INC-2026-00042',
    title: '三線沖壓機漏油',
    incident_type: 'equipment',
    severity: 'CRITICAL',
    status: 'OPEN',
    place: { site: '一廠', line: '三線', station: '站 07' },
    line_stopped: true,
    units_at_risk: 0,
    tags: [],
    created_by: wang,
    declared_at: minute(0),
    last_activity_at: minute(0),
    version: 1,
    head_seq: 1,
    member_count: 1,
    my_role: 'OWNER',
    ...more,
  };
}

export function created(seq = 1): RoomEvent {
  return { type: 'room_created', ...base(seq, wang, minute(0)), room: room() };
}

/** A page of the timeline that holds everything up to its last event. */
export function page(events: RoomEvent[], more: Partial<TimelinePage> = {}): TimelinePage {
  return { events, head_seq: events.at(-1)?.seq ?? 0, has_before: false, has_after: false, ...more };
}

export function edited(seq: number, messageId: string, text: string, by: Person = wang): RoomEvent {
  return { type: 'message_edited', ...base(seq, by, minute(seq)), message_id: messageId, text };
}

export function reaction(
  seq: number,
  messageId: string,
  emoji: string,
  by: Person = wang,
  type: 'reaction_added' | 'reaction_removed' = 'reaction_added',
): RoomEvent {
  return { type, ...base(seq, by, minute(seq)), message_id: messageId, emoji };
}

export function onMessage(
  type: 'message_deleted' | 'message_pinned' | 'message_unpinned',
  seq: number,
  messageId: string,
  by: Person = wang,
): RoomEvent {
  return { type, ...base(seq, by, minute(seq)), message_id: messageId };
}

export function updated(
  seq: number,
  more: Partial<Room>,
  changed: Extract<RoomEvent, { type: 'room_updated' }>['changed'],
): RoomEvent {
  return { type: 'room_updated', ...base(seq, wang, minute(seq)), room: room(more), changed };
}

export function left(seq: number, user: Person, by: Person = user): RoomEvent {
  return { type: 'member_removed', ...base(seq, by, minute(seq)), user };
}

export function promoted(seq: number, user: Person, from: Role, to: Role): RoomEvent {
  return { type: 'role_changed', ...base(seq, wang, minute(seq)), user, from, to };
}

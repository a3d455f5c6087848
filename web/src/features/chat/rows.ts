import type { FieldChange, Message, Person, RoomEvent } from '@/api/types';
import { dayKey } from '@/i18n/format';
import type { Span } from './log';
import type { Pending } from './outbox';

/** Milliseconds within which one author's messages stand under one name (UX 1). */
export const groupWithin = 5 * 60_000;

const noteTypes = [
  'room_created',
  'member_added',
  'member_removed',
  'role_changed',
  'file_deleted',
  'room_updated',
] as const;

export type NoteEvent = Extract<RoomEvent, { type: (typeof noteTypes)[number] }>;

/** One line of the conversation. `day` is set on the first of a day, `unread` on the first unread one. */
export type Row = { key: string; seq: number; at: Date; day: boolean; unread: boolean } & (
  | { kind: 'message'; message: Message; first: boolean }
  | { kind: 'pending'; pending: Pending; first: boolean }
  | { kind: 'status'; message: Message }
  | { kind: 'note'; event: NoteEvent }
);

interface Said {
  author: string;
  at: Date;
}

/** Whether a message begins a new group: another author, a pause, or something in between. */
export function startsGroup(before: Said | undefined, next: Said): boolean {
  if (before === undefined || before.author !== next.author) return true;
  return next.at.getTime() - before.at.getTime() > groupWithin || dayKey(before.at) !== dayKey(next.at);
}

/** What the conversation shows, from the log and from what is on its way; `unreadFrom` as it was on opening. */
export function rowsOf(span: Span, pending: Pending[], me: Person, unreadFrom?: number): Row[] {
  const stored = new Set<string>();
  for (const { event } of span.entries) {
    if (event.type === 'message' && event.by.user_id === me.user_id && event.message.client_msg_id) {
      stored.add(event.message.client_msg_id);
    }
  }

  const rows: Row[] = [];
  let before: Said | undefined;
  let day: string | undefined;
  let divided = unreadFrom === undefined || span.lo > unreadFrom; // its place is not loaded
  const place = (seq: number, at: Date, unread: boolean) => {
    const isNewDay = day !== dayKey(at);
    day = dayKey(at);
    if (unread) divided = true;
    return { seq, at, day: isNewDay, unread };
  };

  for (const { event } of span.entries) {
    const at = new Date(event.at);
    const isUnread = () => !divided && event.seq >= (unreadFrom ?? 0) && event.by.user_id !== me.user_id;
    if (event.type === 'message' && event.message.status_change !== undefined) {
      const unread = isUnread();
      rows.push({
        kind: 'status',
        key: event.message.message_id,
        ...place(event.seq, at, unread),
        message: event.message,
      });
      before = undefined;
    } else if (event.type === 'message') {
      const { message } = event;
      const said = { author: message.author.user_id, at };
      const unread = isUnread();
      const first = unread || message.reply_to !== undefined || startsGroup(before, said);
      rows.push({
        kind: 'message',
        key: keyOf(message, me),
        ...place(event.seq, at, unread),
        message,
        first,
      });
      before = said;
    } else if (isNote(event)) {
      rows.push({ kind: 'note', key: `seq-${event.seq}`, ...place(event.seq, at, false), event });
      before = undefined;
    }
  }
  for (const item of pending) {
    if (stored.has(item.clientMsgId)) continue;
    const said = { author: me.user_id, at: new Date(item.at) };
    const first = item.replyTo !== undefined || startsGroup(before, said);
    const where = place(Number.POSITIVE_INFINITY, said.at, false);
    rows.push({ kind: 'pending', key: item.clientMsgId, ...where, pending: item, first });
    before = said;
  }
  return rows;
}

/** The place of a seq among the rows: its own, or the next one that is shown. */
export function rowAt(rows: Row[], seq: number): number {
  const index = rows.findIndex((row) => row.seq >= seq && row.kind !== 'pending');
  return index < 0 ? rows.findLastIndex((row) => row.kind !== 'pending') : index;
}

/** A move of the status stands as its own message: the note would say it again. */
export function noted(changes: FieldChange[]): FieldChange[] {
  return changes.filter((change) => change.field !== 'status');
}

/**
 * The file's message says that it was uploaded, the declaration that its author
 * came in; an event newer than this page says nothing to it.
 */
function isNote(event: RoomEvent): event is NoteEvent {
  if (event.type === 'member_added') return event.member.user_id !== event.by.user_id;
  if (event.type === 'room_updated') return noted(event.changed).length > 0;
  return noteTypes.some((type) => type === event.type);
}

/** My message keeps its row when it turns from pending to stored. */
function keyOf(message: Message, me: Person): string {
  const mine = message.author.user_id === me.user_id;
  return mine && message.client_msg_id !== undefined ? message.client_msg_id : message.message_id;
}

import type { Message, Person, RoomEvent } from '@/api/types';
import { dayKey } from '@/i18n/format';
import type { Log } from './log';
import type { Pending } from './outbox';

/** Milliseconds within which one author's messages stand under one name (UX 1). */
export const groupWithin = 5 * 60_000;

type Note = Exclude<RoomEvent, { type: 'message' | 'file_uploaded' }>;

/** One line of the conversation. `day` is set on the first of a day. */
export type Row = { key: string; at: Date; day: boolean } & (
  | { kind: 'message'; message: Message; first: boolean; removed: boolean }
  | { kind: 'pending'; pending: Pending; first: boolean }
  | { kind: 'note'; event: Note }
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

/** What the conversation shows, from the log and from what is on its way. */
export function rowsOf(log: Log, pending: Pending[], me: Person): Row[] {
  const removed = new Set<string>();
  const stored = new Set<string>();
  for (const event of log.events) {
    if (event.type === 'file_deleted') removed.add(event.file_id);
    if (event.type === 'message' && event.by.user_id === me.user_id && event.message.client_msg_id) {
      stored.add(event.message.client_msg_id);
    }
  }

  const rows: Row[] = [];
  let before: Said | undefined;
  let day: string | undefined;
  const isNewDay = (at: Date): boolean => {
    const changed = day !== dayKey(at);
    day = dayKey(at);
    return changed;
  };

  for (const event of log.events) {
    const at = new Date(event.at);
    if (event.type === 'message') {
      const { message } = event;
      const said = { author: message.author.user_id, at };
      rows.push({
        kind: 'message',
        key: keyOf(message, me),
        at,
        day: isNewDay(at),
        message,
        first: startsGroup(before, said),
        removed: message.metadata !== undefined && removed.has(message.metadata.file_id),
      });
      before = said;
    } else if (isNote(event)) {
      rows.push({ kind: 'note', key: `seq-${event.seq}`, at, day: isNewDay(at), event });
      before = undefined;
    }
  }
  for (const item of pending) {
    if (stored.has(item.clientMsgId)) continue;
    const said = { author: me.user_id, at: new Date(item.at) };
    const first = startsGroup(before, said);
    rows.push({
      kind: 'pending',
      key: item.clientMsgId,
      at: said.at,
      day: isNewDay(said.at),
      pending: item,
      first,
    });
    before = said;
  }
  return rows;
}

/**
 * The file's message says that it was uploaded, the declaration that its author
 * came in; an event newer than this page says nothing to it.
 */
function isNote(event: RoomEvent): event is Note {
  if (event.type === 'member_added' && event.member.user_id === event.by.user_id) return false;
  return event.type === 'room_created' || event.type === 'member_added' || event.type === 'file_deleted';
}

/** My message keeps its row when it turns from pending to stored. */
function keyOf(message: Message, me: Person): string {
  const mine = message.author.user_id === me.user_id;
  return mine && message.client_msg_id !== undefined ? message.client_msg_id : message.message_id;
}

import type { Message, Person, Reaction, Reference, RoomEvent, ScanState } from '@/api/types';

const kinds = [
  'message_edited',
  'message_deleted',
  'reaction_added',
  'reaction_removed',
  'message_pinned',
  'message_unpinned',
  'file_scanned',
] as const;

type MessageChange = Extract<RoomEvent, { type: (typeof kinds)[number] }>;
/** An event after which something that was said reads otherwise. */
export type Change = MessageChange | Extract<RoomEvent, { type: 'file_deleted' }>;

/** Whether an event only changes a message or its file: pages of the timeline leave these out. */
export function isMessageChange(event: RoomEvent): event is MessageChange {
  return kinds.some((kind) => kind === event.type);
}

export function isChange(event: RoomEvent): event is Change {
  return event.type === 'file_deleted' || isMessageChange(event);
}

/** The message after a change of the room; the same one where it is not concerned. */
export function changed(message: Message, event: Change): Message {
  if (event.type === 'file_deleted' || event.type === 'file_scanned') {
    const reference = message.metadata;
    if (reference?.file_id !== event.file_id) return message;
    if (event.type === 'file_deleted') return { ...message, metadata: { ...reference, deleted: true } };
    const named = message.text === reference.filename; // what was said is the name, which goes with the file
    const text = named && event.scan_state === 'infected' ? '' : message.text;
    return { ...message, text, metadata: scanned(reference, event.scan_state) };
  }
  if (message.message_id !== event.message_id) return message;
  const { by, at } = event;
  switch (event.type) {
    case 'message_edited': {
      const { mentions: _, ...rest } = message;
      const edited = { ...rest, text: event.text, edits: (message.edits ?? 0) + 1, edited_at: at };
      return event.mentions === undefined ? edited : { ...edited, mentions: event.mentions };
    }
    case 'message_deleted': {
      const { mentions: _, ...rest } = message;
      return { ...rest, text: '', deleted: { by, at } };
    }
    case 'reaction_added':
      return { ...message, reactions: withReaction(message.reactions ?? [], event.emoji, by) };
    case 'reaction_removed':
      return { ...message, reactions: withoutReaction(message.reactions ?? [], event.emoji, by) };
    case 'message_pinned':
      return { ...message, pinned: { by, at } };
    case 'message_unpinned': {
      const { pinned: _, ...rest } = message;
      return rest;
    }
  }
}

/** A reference after its file's scan. Of one in quarantine nothing is left but that it is one. */
function scanned(reference: Reference, state: ScanState): Reference {
  if (reference.scan_state === 'infected') return reference;
  if (state !== 'infected') return { ...reference, scan_state: state };
  const { file_id, kind, deleted } = reference;
  const withheld = { file_id, kind, filename: '', size: 0, url: '', scan_state: state };
  return deleted === undefined ? withheld : { ...withheld, deleted };
}

const has = (users: Person[], user: Person) => users.some((one) => one.user_id === user.user_id);

function withReaction(reactions: Reaction[], emoji: string, by: Person): Reaction[] {
  const known = reactions.find((reaction) => reaction.emoji === emoji);
  if (known === undefined) return [...reactions, { emoji, users: [by] }];
  if (has(known.users, by)) return reactions;
  return reactions.map((one) => (one === known ? { emoji, users: [...known.users, by] } : one));
}

function withoutReaction(reactions: Reaction[], emoji: string, by: Person): Reaction[] {
  return reactions
    .map((one) =>
      one.emoji === emoji ? { emoji, users: one.users.filter((user) => user.user_id !== by.user_id) } : one,
    )
    .filter((one) => one.users.length > 0);
}

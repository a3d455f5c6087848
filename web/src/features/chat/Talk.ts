import { createContext, type ReactNode, useContext } from 'react';
import type { Member, Message, Reference, Room, User } from '@/api/types';

/** What every message of a conversation may need to know and to do. */
export interface Talk {
  room: Room;
  me: User;
  members: Member[];
  mayPost: boolean;
  mayReact: boolean;
  /** Another's message: not at all, as an owner, or with a reason as an ADMIN. */
  mayDeleteAny: 'no' | 'yes' | 'with-reason';
  find: (messageId: string) => Message | undefined;
  reply: (message: Message) => void;
  edit: (message: Message) => void;
  jump: (seq: number) => void;
  attachment: (reference: Reference) => ReactNode;
}

export const TalkContext = createContext<Talk | undefined>(undefined);

export function useTalk(): Talk {
  const talk = useContext(TalkContext);
  if (talk === undefined) throw new Error('useTalk outside of its provider');
  return talk;
}

/** Milliseconds within which an author may edit (F-RT-11). */
export const editWindow = 15 * 60_000;

const belongsElsewhere = (message: Message) =>
  message.metadata !== undefined || message.status_change !== undefined || message.deleted !== undefined;

export function mayEdit(
  { me, mayPost }: Pick<Talk, 'me' | 'mayPost'>,
  message: Message,
  now: number,
): boolean {
  const own = message.author.user_id === me.user_id;
  return mayPost && own && !belongsElsewhere(message) && now - Date.parse(message.at) < editWindow;
}

/** How a message may be deleted by me: a file goes by its own way, a move of the status stays. */
export function howToDelete(talk: Pick<Talk, 'me' | 'mayPost' | 'mayDeleteAny'>, message: Message) {
  if (belongsElsewhere(message)) return 'no';
  if (talk.mayPost && message.author.user_id === talk.me.user_id) return 'yes';
  return talk.mayDeleteAny;
}

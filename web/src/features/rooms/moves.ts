import type { Room, RoomMove, Status } from '@/api/types';

/** The acts of the table "who may do what" that change a room, or take it away. */
export type RoomAct = 'acknowledge' | 'status' | 'settings' | 'post' | 'export';
/** Whether the person at the screen may do something in the room at hand. */
export type May = (act: RoomAct) => boolean;

const live: ReadonlySet<Status> = new Set(['OPEN', 'ACKNOWLEDGED', 'IN_PROGRESS', 'CONTAINED']);

/** Whether an incident in this status still needs somebody. */
export function isLive(status: Status): boolean {
  return live.has(status);
}

export function isReopening(from: Status, to: Status): boolean {
  return to === 'IN_PROGRESS' && !isLive(from);
}

/** What a move needs, as incident.Move.Act. */
export function moveAct(from: Status, to: Status): RoomAct {
  if (from === 'OPEN' && to === 'ACKNOWLEDGED') return 'acknowledge';
  return (isLive(from) && isLive(to)) || to === 'RESOLVED' ? 'status' : 'settings';
}

/** Why a way to end an incident, or to take it up again, is closed now; the key of a text. */
export type Closed = 'needsEnd' | 'isOver' | 'notResolved' | 'archived';

export interface Ending {
  to: 'IN_PROGRESS' | 'CANCELLED' | 'DUPLICATE' | 'ARCHIVED';
  why?: Closed;
}

export interface Moves {
  /** The next step, as one big button. */
  next?: Status;
  /** Other steps forward. */
  steps: Status[];
  /** Reopen, cancel, duplicate, archive: for those who may, open or closed with the reason. */
  endings: Ending[];
}

const closed = {
  IN_PROGRESS: 'notResolved',
  CANCELLED: 'isOver',
  DUPLICATE: 'isOver',
  ARCHIVED: 'needsEnd',
} as const satisfies Record<Ending['to'], Closed>;

/** What this person may do with the incident's status: what their role never has is not among it. */
export function movesOf(may: May, room: Room): Moves {
  const { status } = room;
  const possible = room.moves ?? [];
  const forward = possible.filter(
    (to) => to !== 'CANCELLED' && to !== 'DUPLICATE' && !isReopening(status, to) && may(moveAct(status, to)),
  );
  const [next, ...steps] = forward;
  if (!may('settings')) return { next, steps, endings: [] };
  const endings = (['IN_PROGRESS', 'DUPLICATE', 'CANCELLED', 'ARCHIVED'] as const)
    .filter((to) => !forward.includes(to) && !(to === 'IN_PROGRESS' && isLive(status)))
    .map((to): Ending => {
      const open = possible.includes(to) && (to !== 'IN_PROGRESS' || isReopening(status, to));
      if (open) return { to };
      return { to, why: status === 'ARCHIVED' ? 'archived' : closed[to] };
    });
  return { next, steps, endings };
}

/** What a move asks for before it can be sent. */
export type Question = 'reason' | 'resolution' | 'cause' | 'of' | 'confirm';

export function questions(room: Pick<Room, 'status' | 'resolution'>, to: Status): Question[] {
  if (isReopening(room.status, to) || to === 'CANCELLED') return ['reason'];
  switch (to) {
    case 'RESOLVED':
      return ['resolution'];
    case 'CLOSED':
      return room.resolution ? ['cause'] : ['resolution', 'cause'];
    case 'DUPLICATE':
      return ['of'];
    case 'ARCHIVED':
      return ['confirm'];
    default:
      return [];
  }
}

/** What somebody has written about a move so far. */
export interface Answers {
  reason: string;
  resolution: string;
  rootCause: string;
  waiver: string;
  /** Whether nobody looks for a cause. */
  waived: boolean;
  /** room_id */
  of: string;
}

export const noAnswers: Answers = {
  reason: '',
  resolution: '',
  rootCause: '',
  waiver: '',
  waived: false,
  of: '',
};

/** The question that has no answer yet. */
export function unanswered(asked: readonly Question[], answers: Answers): Question | undefined {
  const given: Record<Question, string> = {
    reason: answers.reason,
    resolution: answers.resolution,
    cause: answers.waived ? answers.waiver : answers.rootCause,
    of: answers.of,
    confirm: 'yes',
  };
  return asked.find((question) => given[question].trim() === '');
}

/** What is sent: only what was asked for. */
export function moveOf(room: Room, to: Status, answers: Answers): RoomMove {
  const move: RoomMove = { version: room.version, status: to };
  for (const question of questions(room, to)) {
    if (question === 'reason') move.reason = answers.reason.trim();
    if (question === 'resolution') move.resolution = answers.resolution.trim();
    if (question === 'of') move.duplicate_of = answers.of;
    if (question !== 'cause') continue;
    if (answers.waived) move.waiver = answers.waiver.trim();
    else move.root_cause = answers.rootCause.trim();
  }
  return move;
}

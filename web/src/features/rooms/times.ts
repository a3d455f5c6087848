import type { Room } from '@/api/types';

/** When an incident ended, where it has; RFC 3339. */
export function endOf(room: Room): string | undefined {
  const { status } = room;
  if (status === 'RESOLVED' || status === 'CLOSED') return room.resolved_at ?? room.closed_at;
  if (status === 'ARCHIVED') return room.resolved_at ?? room.closed_at ?? room.archived_at;
  if (status === 'CANCELLED' || status === 'DUPLICATE') return room.last_activity_at;
  return undefined;
}

export type Step = 'declared' | 'acknowledged' | 'contained' | 'resolved' | 'closed' | 'archived';

export interface Milestone {
  step: Step;
  at: string;
  /** Milliseconds since the declaration; absent of the declaration itself. */
  after?: number;
}

/** What an incident has reached, in the order of time; skipped steps leave no line. */
export function milestones(room: Room): Milestone[] {
  const start = Date.parse(room.declared_at);
  const reached: [Step, string | undefined][] = [
    ['acknowledged', room.acknowledged_at],
    ['contained', room.contained_at],
    ['resolved', room.resolved_at],
    ['closed', room.closed_at],
    ['archived', room.archived_at],
  ];
  const steps = reached.flatMap(([step, at]): Milestone[] =>
    at === undefined ? [] : [{ step, at, after: Date.parse(at) - start }],
  );
  return [
    { step: 'declared', at: room.declared_at },
    ...steps.toSorted((a, b) => (a.after ?? 0) - (b.after ?? 0)),
  ];
}

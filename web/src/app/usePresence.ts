import type { Person } from '@/api/types';

export interface Presence {
  count: number;
  users: Person[];
}

/** Who has the room open now, where that is known. */
export function usePresence(_roomId: string): Presence | undefined {
  return undefined;
}

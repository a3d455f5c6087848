import type { QueryClient } from '@tanstack/react-query';
import { roomListKey, roomQuery } from './keys';
import type { Room } from './types';

/** Keeps a room as the server has just answered it, unless the socket was faster. */
export function keepRoom(cache: QueryClient, answer: Room): void {
  cache.setQueryData<Room>(roomQuery(answer.room_id).queryKey, (known) =>
    known !== undefined && known.version > answer.version ? known : { ...known, ...answer },
  );
  void cache.invalidateQueries({ queryKey: roomListKey });
}

/** Reads a room again after the server said that it has changed meanwhile. */
export function reloadRoom(cache: QueryClient, roomId: string): Promise<void> {
  return cache.invalidateQueries({ queryKey: roomQuery(roomId).queryKey });
}

import { useQueryClient } from '@tanstack/react-query';
import { $api } from '@/api/client';
import { troubleOf } from '@/api/problem';
import { keepRoom, reloadRoom } from '@/api/rooms';
import type { Room, RoomMove } from '@/api/types';

/** Moves a room on in its life; when it was not as this page saw it, reads it again. */
export function useMove(room: Room) {
  const cache = useQueryClient();
  const path = { room_id: room.room_id };
  const request = $api.useMutation('post', '/api/rooms/{room_id}/status', {
    onSuccess: (answer) => keepRoom(cache, answer),
    onError: (error) => {
      if (troubleOf(error).code === 'conflict') return reloadRoom(cache, room.room_id);
    },
  });
  return {
    move: (body: RoomMove, onSuccess?: () => void) =>
      request.mutate({ params: { path }, body }, { onSuccess }),
    isPending: request.isPending,
    error: request.isError ? request.error : undefined,
    /** The version that the last attempt had seen. */
    seen: request.variables?.body.version,
    reset: request.reset,
  };
}

import { useQueryClient } from '@tanstack/react-query';
import { $api } from '@/api/client';
import { checklistQuery } from '@/api/keys';
import type { ChecklistItem, Person } from '@/api/types';

interface Checklist {
  items: ChecklistItem[];
}

/** Ticks an item of a room's checklist before the server has answered; a refusal takes it back. */
export function useTick(roomId: string, me: Person) {
  const cache = useQueryClient();
  const { queryKey } = checklistQuery(roomId);
  const put = (item: ChecklistItem) =>
    cache.setQueryData<Checklist>(
      queryKey,
      (known) => known && { items: known.items.map((one) => (one.item_id === item.item_id ? item : one)) },
    );
  const request = $api.useMutation('put', '/api/rooms/{room_id}/checklist/{item_id}');

  const tick = (before: ChecklistItem, done: boolean) => {
    void cache.cancelQueries({ queryKey }); // its answer would be from before the tick
    const { done_by: _, done_at: __, ...item } = before;
    put(
      done
        ? {
            ...item,
            done,
            done_by: { user_id: me.user_id, name: me.name },
            done_at: new Date().toISOString(),
          }
        : { ...item, done },
    );
    request.mutate(
      { params: { path: { room_id: roomId, item_id: item.item_id } }, body: { done } },
      { onError: () => put(before), onSettled: () => cache.invalidateQueries({ queryKey }) },
    );
  };
  return { tick, error: request.isError ? request.error : undefined };
}

/** How much of a checklist is done. */
export function progress(items: readonly ChecklistItem[]): { done: number; all: number } {
  return { done: items.filter((item) => item.done).length, all: items.length };
}

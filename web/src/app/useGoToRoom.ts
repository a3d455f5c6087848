import { useQueryClient } from '@tanstack/react-query';
import { useMatch, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Room } from '@/api/types';
import { type Filters, roomPageQuery } from '@/features/rooms';
import { tell } from '@/ui/tell';

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** Came by a key: the focus goes to the box one writes in. */
    write?: true;
  }
}

/** The next room of a list with something unread, from the one that is open, round and round. */
export function nextUnread(rooms: Room[], here: string | undefined, step: 1 | -1): Room | undefined {
  const ring = step === 1 ? rooms : rooms.toReversed();
  const at = ring.findIndex((room) => room.room_id === here);
  return [...ring.slice(at + 1), ...ring.slice(0, Math.max(at, 0))].find(
    (room) => (room.unread_count ?? 0) > 0,
  );
}

/** The ways to another room by keys; the list beside it stays filtered as it is. */
export function useGoToRoom(roomId: string | undefined) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const filters: Filters = useMatch({ from: '/in/rooms', shouldThrow: false })?.search ?? {};
  const goTo = (room: Room) =>
    void navigate({
      to: '/rooms/$roomId',
      params: { roomId: room.room_id },
      search: filters,
      state: { write: true },
    });
  const goToUnread = async (step: 1 | -1) => {
    const page = await cache.ensureQueryData(roomPageQuery(filters)).catch(() => undefined);
    const room = page && nextUnread(page.rooms, roomId, step);
    if (room !== undefined) goTo(room);
    else tell(page === undefined ? t('rooms.failed') : t('keys.noUnread'));
  };
  return { goTo, goToUnread };
}

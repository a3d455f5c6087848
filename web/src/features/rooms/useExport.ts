import { useMutation } from '@tanstack/react-query';
import { api } from '@/api/client';
import { RequestFailed, troubleOf } from '@/api/problem';
import { save } from '@/api/save';
import { useLanguage } from '@/ui/useLanguage';

/** Saves a room as one document, in the language of the page (UX 19). */
export function useExport(roomId: string) {
  const lang = useLanguage();
  return useMutation({
    mutationFn: async () => {
      const { data, error, response } = await api.GET('/api/rooms/{room_id}/export', {
        params: { path: { room_id: roomId }, query: { lang } },
        parseAs: 'blob',
      });
      if (data === undefined) throw new RequestFailed(troubleOf(error));
      save(data, response);
    },
  });
}

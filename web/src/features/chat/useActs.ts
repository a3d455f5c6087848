import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { troubleOf } from '@/api/problem';
import type { Message } from '@/api/types';
import { tell, tellFailure } from '@/ui/tell';
import { useTalk } from './Talk';

type Answer = Promise<{ error?: unknown }>;

/** The small acts on a message. Their effect comes as an event; only a failure is told here. */
export function useActs(message: Message) {
  const { t } = useTranslation();
  const { room } = useTalk();
  return useMemo(() => {
    const where = { room_id: room.room_id, message_id: message.message_id };
    const attempt = async (answer: Answer) => {
      const failed = await answer.then(
        ({ error }) => error,
        (error: unknown) => error,
      );
      if (failed === undefined) return;
      const { code } = troubleOf(failed);
      tellFailure(t('chat.actFailed'), t(`error.${code}`));
    };
    return {
      react: (emoji: string, on: boolean) => {
        const params = { params: { path: { ...where, emoji } } };
        const path = '/api/rooms/{room_id}/messages/{message_id}/reactions/{emoji}';
        void attempt(on ? api.PUT(path, params) : api.DELETE(path, params));
      },
      pin: (on: boolean) => {
        const path = '/api/rooms/{room_id}/messages/{message_id}/pin';
        const params = { params: { path: where } };
        void attempt(on ? api.PUT(path, params) : api.DELETE(path, params));
      },
      copyLink: () => {
        const link = new URL(`/rooms/${room.room_id}?at=${message.seq}`, window.location.origin);
        copy(link.href).then(
          () => tell(t('chat.copied')),
          () => tell(t('chat.copyFailed')),
        );
      },
    };
  }, [room.room_id, message.message_id, message.seq, t]);
}

/** Plain HTTP, as plants have it, gives no clipboard. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard === undefined) throw new Error('no clipboard');
  await navigator.clipboard.writeText(text);
}

import { useQuery } from '@tanstack/react-query';
import { CornerUpLeft } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { messageQuery } from '@/api/keys';
import type { Message } from '@/api/types';
import classes from './Message.module.css';
import { useTalk } from './Talk';

/** One line of what a message says. */
export function useFirstLine(): (message: Message) => string {
  const { t } = useTranslation();
  return (message) => {
    if (message.deleted !== undefined) return t('chat.quoteGone');
    const [line = ''] = message.text.trim().split('\n');
    return line === '' && message.metadata ? t('chat.quoteFile', { file: message.metadata.filename }) : line;
  };
}

/** What a message answers; leads there. Read from the server when it is not loaded. */
export function Quote({ messageId }: { messageId: string }) {
  const { t } = useTranslation();
  const { room, find, jump } = useTalk();
  const firstLine = useFirstLine();
  const loaded = find(messageId);
  const { data } = useQuery({
    ...messageQuery(room.room_id, messageId),
    enabled: loaded === undefined,
    staleTime: 60_000,
  });
  const message = loaded ?? data;
  if (message === undefined) return <span className={classes.quote} />;
  const text = firstLine(message);
  const { name } = message.author;
  return (
    <button
      type="button"
      className={classes.quote}
      aria-label={t('chat.quote', { name, text })}
      onClick={() => jump(message.seq)}
    >
      <CornerUpLeft size={14} aria-hidden />
      <strong>{name}</strong>
      <span className={classes.quoteText}>{text}</span>
    </button>
  );
}

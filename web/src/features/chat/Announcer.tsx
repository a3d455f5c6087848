import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '@/api/types';
import type { Log } from './log';

/** Tells screen readers what others have just said; history and own messages stay silent (UX 26). */
export function Announcer({ log, me }: { log: Log; me: Person }) {
  const { t } = useTranslation();
  const opened = useRef(log.newest.hi); // what was there when the room was opened is no news
  const last = log.newest.entries.at(-1)?.event;
  const isNews =
    last?.type === 'message' &&
    last.seq > opened.current &&
    last.message.author.user_id !== me.user_id &&
    last.message.deleted === undefined;
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {isNews &&
        (last.message.metadata === undefined
          ? t('chat.said', { name: last.by.name, text: last.message.text })
          : t('chat.sentFile', { name: last.by.name, file: last.message.metadata.filename }))}
    </div>
  );
}

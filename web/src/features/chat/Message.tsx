import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message, Person } from '@/api/types';
import { formats } from '@/i18n/format';
import { Initial } from '@/ui/Initial';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Chat.module.css';

interface FrameProps {
  author: Person;
  mine: boolean;
  first: boolean;
  at: Date;
  children: ReactNode;
}

/** A message's place in the conversation: name and time once per group, own ones to the right. */
export function MessageFrame({ author, mine, first, at, children }: FrameProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { clock, full } = formats(language);
  return (
    <article className={classes.message} data-mine={mine || undefined} data-first={first || undefined}>
      <span className={classes.mark}>{first && !mine && <Initial name={author.name} />}</span>
      <div className={classes.content}>
        <p className={first ? classes.by : 'sr-only'}>
          <strong className={mine ? 'sr-only' : undefined}>{mine ? t('chat.you') : author.name}</strong>{' '}
          <time dateTime={at.toISOString()} title={full.format(at)}>
            {clock.format(at)}
          </time>
        </p>
        {children}
      </div>
    </article>
  );
}

interface Props {
  message: Message;
  attachment?: ReactNode;
}

/** What was said. A reference's text is its file's name, unless somebody wrote more. */
export function MessageBody({ message, attachment }: Props) {
  const text = message.text === message.metadata?.filename ? '' : message.text;
  return (
    <>
      {attachment}
      {text !== '' && (
        <p className={classes.bubble} data-type={message.message_type}>
          {text}
        </p>
      )}
    </>
  );
}

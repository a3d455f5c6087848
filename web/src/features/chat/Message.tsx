import { CircleCheckBig, Pencil, Pin, TrendingUp } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message, MessageType, Person } from '@/api/types';
import { formats } from '@/i18n/format';
import { Initial } from '@/ui/Initial';
import { later } from '@/ui/later';
import { useLanguage } from '@/ui/useLanguage';
import chat from './Chat.module.css';
import classes from './Message.module.css';
import { calls, textParts } from './mentions';
import { Quote } from './Quote';
import { Reactions } from './Reactions';
import { useTalk } from './Talk';

const Versions = later(async () => (await import('./Versions')).Versions);

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
    <article className={chat.message} data-mine={mine || undefined} data-first={first || undefined}>
      <span className={chat.mark}>{first && !mine && <Initial name={author.name} />}</span>
      <div className={chat.content}>
        <p className={first ? chat.by : 'sr-only'}>
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

const kindIcons = { DECISION: CircleCheckBig, STATUS_UPDATE: TrendingUp };

/** Says what a message is, where it is more than talk. */
export function KindLabel({ type }: { type: MessageType | undefined }) {
  const { t } = useTranslation();
  if (type !== 'DECISION' && type !== 'STATUS_UPDATE') return null;
  const Icon = kindIcons[type];
  return (
    <span className={classes.kind} data-type={type}>
      <Icon size={14} aria-hidden />
      {t(`chat.kinds.${type}`)}
    </span>
  );
}

/** What was said. A reference's text is its file's name, unless somebody wrote more. */
export function MessageBody({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { me, room, attachment } = useTalk();
  if (message.deleted !== undefined) return <Tombstone message={message} />;
  const text = message.text === message.metadata?.filename ? '' : message.text;
  const callsMe = calls(message.mentions, me.user_id, room.my_role);
  return (
    <>
      {message.reply_to !== undefined && <Quote messageId={message.reply_to} />}
      {message.metadata !== undefined && attachment(message.metadata)}
      {text !== '' && (
        <div className={chat.bubble} data-type={message.message_type} data-calls-me={callsMe || undefined}>
          <KindLabel type={message.message_type} />
          <p>
            <Called message={message} text={text} />
          </p>
          {callsMe && <span className="sr-only">{t('chat.mentioned')}</span>}
        </div>
      )}
      <Marks message={message} />
      <Reactions message={message} />
    </>
  );
}

function Called({ message, text }: { message: Message; text: string }) {
  const { me, room, members } = useTalk();
  let at = 0;
  return textParts(text, message.mentions, members).map((part) => {
    const key = at;
    at += part.text.length;
    const { called } = part;
    if (called === undefined) return part.text;
    const mine =
      called.kind === 'user'
        ? called.userId === me.user_id
        : called.kind === 'all' || called.role === room.my_role;
    return (
      <span key={key} className={classes.call} data-me={mine || undefined}>
        {part.text}
      </span>
    );
  });
}

function Tombstone({ message }: { message: Message }) {
  const { t } = useTranslation();
  const by = message.deleted?.by;
  const own = by?.user_id === message.author.user_id;
  return (
    <p className={classes.tombstone}>
      {t(own ? 'chat.deletedByAuthor' : 'chat.deletedBy', { name: by?.name ?? '' })}
    </p>
  );
}

/** Small print below: edited, pinned. */
function Marks({ message }: { message: Message }) {
  const { t } = useTranslation();
  const [versions, setVersions] = useState(false);
  const { pinned, edited_at } = message;
  if (pinned === undefined && edited_at === undefined) return null;
  return (
    <div className={classes.marks}>
      {edited_at !== undefined && (
        <button type="button" className={classes.edited} onClick={() => setVersions(true)}>
          <Pencil size={12} aria-hidden />
          {t('chat.edited')}
        </button>
      )}
      {pinned !== undefined && (
        <span className={classes.pinned}>
          <Pin size={12} aria-hidden />
          {t('chat.pinnedBy', { name: pinned.by.name })}
        </span>
      )}
      {versions && <Versions message={message} onClose={() => setVersions(false)} />}
    </div>
  );
}

import { ActionIcon, CloseButton, Textarea } from '@mantine/core';
import { Check, SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Member, Message } from '@/api/types';
import { isComposing } from '@/ui/isComposing';
import classes from './Composer.module.css';
import { KindButton } from './KindButton';
import type { Kind } from './kinds';
import { MentionList } from './MentionList';
import { useFirstLine } from './Quote';
import { useMentions } from './useMentions';

/** Characters of one message, as the server counts them. */
const maxText = 8000;

/** What is being written, when it is no new message by itself. */
export type Mode = { kind: 'reply'; message: Message } | { kind: 'edit'; message: Message };

interface Props {
  members: Member[];
  mode?: Mode;
  /** What was being written before. */
  draft: string;
  /** What another tab has made of it. */
  heard?: { text: string };
  /** Files wait to go with the next send, so an empty text may be sent too. */
  hasFiles: boolean;
  /** Takes the focus as the room opens. */
  focused?: boolean;
  onDraft: (text: string) => void;
  onSend: (text: string, kind: Kind) => void;
  onCancel: () => void;
  onTyping: () => void;
  /** ArrowUp in an empty box (UX 17). */
  onEditLast: () => void;
  /** The buttons for files. */
  tools: ReactNode;
  /** What was chosen, above the text. */
  staged: ReactNode;
}

/** An edit has its own box: the draft of the next message waits untouched. */
export function Composer(props: Props) {
  const { mode } = props;
  return <Box key={mode?.kind === 'edit' ? mode.message.message_id : 'new'} {...props} />;
}

function Box({ members, mode, draft, heard, hasFiles, focused, tools, staged, ...on }: Props) {
  const { t } = useTranslation();
  const hintId = useId();
  const input = useRef<HTMLTextAreaElement>(null);
  const editing = mode?.kind === 'edit' ? mode.message : undefined;
  const [text, setText] = useState(() => editing?.text ?? draft);
  const [kind, setKind] = useState<Kind>('TEXT');
  const isNew = editing === undefined;
  const write = (next: string) => {
    setText(next);
    if (isNew) on.onDraft(next);
  };
  const mentions = useMentions(input, text, members, write);
  const trimmed = text.trimEnd();
  const tooLong = [...trimmed].length > maxText;
  const sendable = !tooLong && (trimmed.trim() !== '' || (hasFiles && editing === undefined));

  useEffect(() => {
    if (isNew && heard !== undefined) setText(heard.text);
  }, [heard, isNew]);
  useEffect(() => {
    if (hasFiles || focused || mode !== undefined) input.current?.focus();
  }, [hasFiles, focused, mode]);

  const send = () => {
    if (!sendable) return;
    on.onSend(trimmed, kind);
    if (isNew) write('');
    setKind('TEXT');
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event) || mentions.onKeyDown(event)) return;
    if (event.key === 'Escape' && mode !== undefined) {
      event.stopPropagation();
      on.onCancel();
    } else if (event.key === 'ArrowUp' && !event.altKey && text === '' && isNew) {
      event.preventDefault();
      on.onEditLast();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };

  return (
    <div className={classes.composer} data-region>
      {mode !== undefined && <ModeBar mode={mode} onCancel={on.onCancel} />}
      {staged}
      <MentionList mentions={mentions} />
      <div className={classes.entry}>
        {isNew && tools}
        {isNew && <KindButton kind={kind} onChange={setKind} />}
        <Textarea
          ref={input}
          className={classes.input}
          aria-label={t('chat.write')}
          aria-describedby={hintId}
          {...mentions.aria}
          placeholder={hasFiles ? t('chat.caption') : t('chat.placeholder')}
          error={tooLong ? t('chat.tooLong', { max: maxText }) : undefined}
          autosize
          minRows={1}
          maxRows={8}
          enterKeyHint="send"
          value={text}
          onChange={(event) => {
            write(event.currentTarget.value);
            mentions.onCaret();
            if (isNew && event.currentTarget.value.trim() !== '') on.onTyping();
          }}
          onSelect={mentions.onCaret}
          onKeyDown={onKeyDown}
        />
        <ActionIcon
          variant="filled"
          size="lg"
          aria-label={isNew ? t('chat.send') : t('chat.saveEdit')}
          disabled={!sendable}
          onClick={send}
        >
          {isNew ? <SendHorizontal size={20} aria-hidden /> : <Check size={20} aria-hidden />}
        </ActionIcon>
      </div>
      <span id={hintId} className="sr-only">
        {t('chat.sendHint')}
      </span>
    </div>
  );
}

/** What is being answered or edited, with the way out. */
function ModeBar({ mode, onCancel }: { mode: Mode; onCancel: () => void }) {
  const { t } = useTranslation();
  const firstLine = useFirstLine();
  const reply = mode.kind === 'reply';
  return (
    <div className={classes.mode}>
      <strong>{reply ? t('chat.replying', { name: mode.message.author.name }) : t('chat.editing')}</strong>
      <span className={classes.modeText}>{firstLine(mode.message)}</span>
      <CloseButton aria-label={reply ? t('chat.cancelReply') : t('chat.cancelEdit')} onClick={onCancel} />
    </div>
  );
}

import { ActionIcon, Textarea } from '@mantine/core';
import { SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Chat.module.css';
import { readDraft, writeDraft } from './drafts';

/** Characters of one message, as the server counts them. */
const maxText = 8000;

interface Props {
  roomId: string;
  /** Files wait to go with the next send, so an empty text may be sent too. */
  hasFiles: boolean;
  onSend: (text: string) => void;
  /** The buttons for files. */
  tools: ReactNode;
  /** What was chosen, above the text. */
  staged: ReactNode;
}

/** Whether a key belongs to an input method that is still choosing: 注音 confirms with Enter. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.nativeEvent.isComposing || event.keyCode === 229;
}

export function Composer({ roomId, hasFiles, onSend, tools, staged }: Props) {
  const { t } = useTranslation();
  const hintId = useId();
  const input = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => readDraft(roomId));
  const trimmed = text.trimEnd();
  const tooLong = [...trimmed].length > maxText;
  const sendable = !tooLong && (trimmed.trim() !== '' || hasFiles);

  useEffect(() => writeDraft(roomId, text), [roomId, text]);
  useEffect(() => {
    if (hasFiles) input.current?.focus();
  }, [hasFiles]);

  const send = () => {
    if (!sendable) return;
    onSend(trimmed);
    setText('');
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    send();
  };

  return (
    <div className={classes.composer}>
      {staged}
      <div className={classes.entry}>
        {tools}
        <Textarea
          ref={input}
          className={classes.input}
          aria-label={t('chat.write')}
          aria-describedby={hintId}
          placeholder={hasFiles ? t('chat.caption') : t('chat.placeholder')}
          error={tooLong ? t('chat.tooLong', { max: maxText }) : undefined}
          autosize
          minRows={1}
          maxRows={8}
          enterKeyHint="send"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <ActionIcon
          variant="filled"
          size="lg"
          className={classes.send}
          aria-label={t('chat.send')}
          disabled={!sendable}
          onClick={send}
        >
          <SendHorizontal size={20} aria-hidden />
        </ActionIcon>
      </div>
      <span id={hintId} className="sr-only">
        {t('chat.sendHint')}
      </span>
    </div>
  );
}

import { Popover, ScrollArea, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ChevronDown, Pin } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { pinsQuery } from '@/api/keys';
import type { Message } from '@/api/types';
import { formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Message.module.css';
import { useFirstLine } from './Quote';

interface Props {
  roomId: string;
  onJump: (seq: number) => void;
}

/** The room's short history: one line above the conversation that opens to all pins (UX 19). */
export function Pins({ roomId, onJump }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const firstLine = useFirstLine();
  const pins = useQuery(pinsQuery(roomId));
  const messages = pins.data?.messages.filter((message) => message.deleted === undefined) ?? [];
  const last = messages.at(-1);
  if (last === undefined) return null;
  const jump = (message: Message) => {
    setOpen(false);
    onJump(message.seq);
  };
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom"
      width="target"
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <UnstyledButton className={classes.pinBar} onClick={() => setOpen(!open)} aria-label={t('chat.pins')}>
          <Pin size={14} aria-hidden />
          <strong>{t('chat.pinsCount', { count: messages.length })}</strong>
          <span className={classes.pinText}>{firstLine(last)}</span>
          <ChevronDown size={16} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p={4} aria-label={t('chat.pins')}>
        <ScrollArea.Autosize mah="50dvh">
          <ul>
            {messages.map((message) => (
              <PinRow key={message.message_id} message={message} onClick={() => jump(message)} />
            ))}
          </ul>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}

function PinRow({ message, onClick }: { message: Message; onClick: () => void }) {
  const { short } = formats(useLanguage());
  const firstLine = useFirstLine();
  return (
    <li>
      <UnstyledButton className={classes.pinRow} onClick={onClick}>
        <span className={classes.pinBy}>
          <strong>{message.author.name}</strong>
          <time dateTime={message.at}>{short.format(new Date(message.at))}</time>
        </span>
        <span>{firstLine(message)}</span>
      </UnstyledButton>
    </li>
  );
}

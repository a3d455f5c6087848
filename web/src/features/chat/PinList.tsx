import { Popover, UnstyledButton } from '@mantine/core';
import { cloneElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '@/api/types';
import { formats } from '@/i18n/format';
import { type Popup, useOpened } from '@/ui/later';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Message.module.css';
import { useFirstLine } from './Quote';

interface Props {
  messages: Message[];
  onJump: (seq: number) => void;
}

/** All that is pinned, oldest first. */
export const PinList: Popup<Props> = ({ messages, onJump, button }) => {
  const { t } = useTranslation();
  const { opened, setOpened, target } = useOpened(button);
  const jump = (message: Message) => {
    setOpened(false);
    onJump(message.seq);
  };
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom"
      width="target"
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>{cloneElement(target, { onClick: () => setOpened(!opened) })}</Popover.Target>
      <Popover.Dropdown p={4} aria-label={t('chat.pins')}>
        <ul className={classes.pinList}>
          {messages.map((message) => (
            <PinRow key={message.message_id} message={message} onClick={() => jump(message)} />
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
};

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

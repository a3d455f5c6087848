import { ActionIcon } from '@mantine/core';
import { Ellipsis, Reply } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Message } from '@/api/types';
import { opener } from '@/ui/later';
import classes from './Message.module.css';
import { QuickReactions } from './Reactions';
import { useTalk } from './Talk';

const MessageMenu = opener('menu', async () => (await import('./MessageMenu')).MessageMenu);

/** What can be done with a message: a toolbar for pointers and keys, one button for fingers. */
export function MessageActions({ message }: { message: Message }) {
  const { t } = useTranslation();
  const talk = useTalk();
  const name = message.author.name;
  return (
    <div className={classes.actions}>
      <span className={classes.pointerOnly}>
        {talk.mayReact && <QuickReactions message={message} few />}
        {talk.mayPost && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('chat.replyTo', { name })}
            onClick={() => talk.reply(message)}
          >
            <Reply size={16} aria-hidden />
          </ActionIcon>
        )}
      </span>
      <MessageMenu
        message={message}
        button={
          <ActionIcon variant="subtle" color="gray" aria-label={t('chat.actions', { name })}>
            <Ellipsis size={18} aria-hidden />
          </ActionIcon>
        }
      />
    </div>
  );
}

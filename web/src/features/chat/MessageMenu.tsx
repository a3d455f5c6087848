import { Menu } from '@mantine/core';
import { History, Link2, Pencil, Pin, PinOff, Reply, SmilePlus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '@/api/types';
import { type Popup, useOpened } from '@/ui/later';
import { useNow } from '@/ui/useNow';
import { DeleteMessage } from './DeleteMessage';
import classes from './Message.module.css';
import { QuickReactions } from './Reactions';
import { howToDelete, mayEdit, useTalk } from './Talk';
import { useActs } from './useActs';
import { Versions } from './Versions';
import { WhoReacted } from './WhoReacted';

type Sheet = 'history' | 'delete' | 'who';

/** All that can be done with a message. */
export const MessageMenu: Popup<{ message: Message }> = ({ message, button }) => {
  const { t } = useTranslation();
  const talk = useTalk();
  const { pin, copyLink } = useActs(message);
  const { opened, setOpened, target } = useOpened(button);
  const [sheet, setSheet] = useState<Sheet>();
  const now = useNow('half-minute');
  const deletion = howToDelete(talk, message);
  const { pinned } = message;
  const name = message.author.name;
  const close = () => setSheet(undefined);

  return (
    <>
      <Menu opened={opened} onChange={setOpened} position="bottom-end" shadow="md" withinPortal>
        <Menu.Target>{target}</Menu.Target>
        <Menu.Dropdown aria-label={t('chat.actions', { name })}>
          {talk.mayReact && (
            <fieldset className={classes.quickRow} aria-label={t('chat.reactions')}>
              <QuickReactions message={message} onChosen={() => setOpened(false)} />
            </fieldset>
          )}
          {talk.mayPost && (
            <Menu.Item leftSection={<Reply size={16} aria-hidden />} onClick={() => talk.reply(message)}>
              {t('chat.reply')}
            </Menu.Item>
          )}
          {mayEdit(talk, message, now) && (
            <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={() => talk.edit(message)}>
              {t('chat.edit')}
            </Menu.Item>
          )}
          {talk.mayPost && (
            <Menu.Item
              leftSection={pinned ? <PinOff size={16} aria-hidden /> : <Pin size={16} aria-hidden />}
              onClick={() => pin(pinned === undefined)}
            >
              {pinned ? t('chat.unpin') : t('chat.pin')}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<Link2 size={16} aria-hidden />} onClick={copyLink}>
            {t('chat.copyLink')}
          </Menu.Item>
          {(message.reactions?.length ?? 0) > 0 && (
            <Menu.Item leftSection={<SmilePlus size={16} aria-hidden />} onClick={() => setSheet('who')}>
              {t('chat.whoReacted')}
            </Menu.Item>
          )}
          {message.edited_at !== undefined && (
            <Menu.Item leftSection={<History size={16} aria-hidden />} onClick={() => setSheet('history')}>
              {t('chat.history')}
            </Menu.Item>
          )}
          {deletion !== 'no' && (
            <Menu.Item
              className={classes.danger}
              leftSection={<Trash2 size={16} aria-hidden />}
              onClick={() => setSheet('delete')}
            >
              {t('chat.remove')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {sheet === 'who' && <WhoReacted message={message} onClose={close} />}
      {sheet === 'delete' && (
        <DeleteMessage message={message} needsReason={deletion === 'with-reason'} onClose={close} />
      )}
      {sheet === 'history' && <Versions message={message} onClose={close} />}
    </>
  );
};

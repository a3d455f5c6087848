import { ActionIcon, Menu } from '@mantine/core';
import { Ellipsis, History, Link2, Pencil, Pin, PinOff, Reply, SmilePlus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '@/api/types';
import { useNow } from '@/ui/useNow';
import { DeleteMessage } from './DeleteMessage';
import classes from './Message.module.css';
import { QuickReactions, WhoReacted } from './Reactions';
import { howToDelete, mayEdit, useTalk } from './Talk';
import { useActs } from './useActs';
import { Versions } from './Versions';

type Sheet = 'history' | 'delete' | 'who';

/** What can be done with a message: a toolbar for pointers and keys, one button for fingers. */
export function MessageActions({ message }: { message: Message }) {
  const { t } = useTranslation();
  const talk = useTalk();
  const { pin, copyLink } = useActs(message);
  const [open, setOpen] = useState(false);
  const [sheet, setSheet] = useState<Sheet>();
  const now = useNow('half-minute');
  const deletion = howToDelete(talk, message);
  const { pinned } = message;
  const name = message.author.name;
  const close = () => setSheet(undefined);

  return (
    <div className={classes.actions} data-open={open || undefined}>
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
      <Menu opened={open} onChange={setOpen} position="bottom-end" shadow="md" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('chat.actions', { name })}>
            <Ellipsis size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown aria-label={t('chat.actions', { name })}>
          {talk.mayReact && (
            <fieldset className={classes.quickRow} aria-label={t('chat.reactions')}>
              <QuickReactions message={message} onChosen={() => setOpen(false)} />
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
    </div>
  );
}

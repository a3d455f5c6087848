import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Message } from '@/api/types';
import classes from './Message.module.css';
import { useNames } from './Reactions';

/** Who has reacted, for fingers, which do not hover: a sheet that names everybody. */
export function WhoReacted({ message, onClose }: { message: Message; onClose: () => void }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('chat.whoReacted')}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <ul className={classes.who}>
        {message.reactions?.map((reaction) => (
          <li key={reaction.emoji}>
            <span aria-hidden>{reaction.emoji}</span>
            <span>{names(reaction)}</span>
          </li>
        ))}
      </ul>
    </Modal>
  );
}

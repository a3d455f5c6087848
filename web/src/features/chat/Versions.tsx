import { Modal, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { historyQuery } from '@/api/keys';
import type { Message } from '@/api/types';
import { formats } from '@/i18n/format';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Message.module.css';
import { useTalk } from './Talk';

/** All that a message has said, the newest first. */
export function Versions({ message, onClose }: { message: Message; onClose: () => void }) {
  const { t } = useTranslation();
  const { full } = formats(useLanguage());
  const { room } = useTalk();
  const history = useQuery(historyQuery(room.room_id, message.message_id));
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('chat.history')}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      {history.isError && (
        <TroubleNotice
          title={t('chat.historyFailed')}
          error={history.error}
          retry={() => void history.refetch()}
        />
      )}
      {history.isPending && <Skeleton height={80} />}
      <ol className={classes.versions} reversed>
        {history.data?.versions
          .map((version, index) => (
            <li key={version.seq}>
              <p className={classes.versionHead}>
                <strong>{t('chat.version', { n: index + 1 })}</strong>
                <time dateTime={version.at}>{full.format(new Date(version.at))}</time>
              </p>
              <p className={classes.versionText}>{version.text}</p>
            </li>
          ))
          .toReversed()}
      </ol>
    </Modal>
  );
}

import { Alert, Button, Group, Modal, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { troubleOf } from '@/api/problem';
import type { Message } from '@/api/types';
import { TroubleText } from '@/ui/TroubleText';
import { useTalk } from './Talk';

/** Characters of a reason. */
const maxReason = 500;

interface Props {
  message: Message;
  needsReason: boolean;
  onClose: () => void;
}

/** Asks before what somebody said goes out of everybody's sight. */
export function DeleteMessage({ message, needsReason, onClose }: Props) {
  const { t } = useTranslation();
  const { room } = useTalk();
  const [reason, setReason] = useState('');
  const [asked, setAsked] = useState(false);
  const remove = $api.useMutation('delete', '/api/rooms/{room_id}/messages/{message_id}');

  const confirm = () => {
    setAsked(true);
    if (needsReason && reason.trim() === '') return;
    const path = { room_id: room.room_id, message_id: message.message_id };
    const query = needsReason ? { reason: reason.trim() } : {};
    remove.mutate({ params: { path, query } }, { onSuccess: onClose });
  };

  return (
    <Modal
      opened
      onClose={onClose}
      title={t('chat.removeTitle')}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <p>{t('chat.removeHint')}</p>
      {needsReason && (
        <Textarea
          mt="sm"
          label={t('chat.removeReason')}
          required
          maxLength={maxReason}
          value={reason}
          error={asked && reason.trim() === '' ? t('chat.needReason') : undefined}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      {remove.isError && (
        <Alert color="red" mt="sm" title={t('chat.removeFailed')}>
          <TroubleText trouble={troubleOf(remove.error)} />
        </Alert>
      )}
      <Group mt="md" justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('app.cancel')}
        </Button>
        <Button color="red" loading={remove.isPending} onClick={confirm}>
          {t('chat.remove')}
        </Button>
      </Group>
    </Modal>
  );
}

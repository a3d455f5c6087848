import { Alert, Button, Group, Modal, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { filesKey } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { File } from '@/api/types';
import { TroubleText } from '@/ui/TroubleText';

/** Characters of a reason. */
const maxReason = 500;

interface Props {
  roomId: string;
  file?: File;
  /** An ADMIN who is no owner of the room must say why. */
  needsReason: boolean;
  onClose: () => void;
}

/** Asks before evidence goes out of everybody's sight. */
export function RemoveFile({ roomId, file, needsReason, onClose }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [reason, setReason] = useState('');
  const [asked, setAsked] = useState(false);
  const remove = $api.useMutation('delete', '/api/rooms/{room_id}/files/{file_id}');

  const close = () => {
    remove.reset();
    setReason('');
    setAsked(false);
    onClose();
  };
  const confirm = () => {
    setAsked(true);
    if (file === undefined || (needsReason && reason.trim() === '')) return;
    const query = needsReason ? { reason: reason.trim() } : {};
    remove.mutate(
      { params: { path: { room_id: roomId, file_id: file.file_id }, query } },
      {
        onSuccess: () => {
          void cache.invalidateQueries({ queryKey: filesKey(roomId) });
          close();
        },
      },
    );
  };

  return (
    <Modal
      opened={file !== undefined}
      onClose={close}
      centered
      title={t('files.removeTitle')}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <p>{t('files.removeHint', { name: file?.filename ?? '' })}</p>
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
        <Alert color="red" variant="light" mt="md" title={t('files.removeFailed')} role="alert">
          <TroubleText trouble={troubleOf(remove.error)} />
        </Alert>
      )}
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button variant="default" onClick={close} data-autofocus>
          {t('app.cancel')}
        </Button>
        <Button onClick={confirm} loading={remove.isPending}>
          {t('files.remove')}
        </Button>
      </Group>
    </Modal>
  );
}

import { Alert, Button, Group, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { filesKey } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { File } from '@/api/types';
import { TroubleText } from '@/ui/TroubleText';

interface Props {
  roomId: string;
  file?: File;
  onClose: () => void;
}

/** Asks before evidence goes out of everybody's sight. */
export function RemoveFile({ roomId, file, onClose }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const remove = $api.useMutation('delete', '/api/rooms/{room_id}/files/{file_id}');

  const close = () => {
    remove.reset();
    onClose();
  };
  const confirm = () => {
    if (file === undefined) return;
    remove.mutate(
      { params: { path: { room_id: roomId, file_id: file.file_id } } },
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

import { Button, Group, Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { percentOf, type Upload } from './upload';

interface Props {
  upload: Upload;
  onCancel: () => void;
  onClose: () => void;
}

/** Asks before most of a file's way was for nothing. */
export function CancelUpload({ upload, onCancel, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      centered
      title={t('uploads.cancelTitle')}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <p>{t('uploads.cancelHint', { name: upload.file.name, percent: percentOf(upload) })}</p>
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t('uploads.goOn')}
        </Button>
        <Button onClick={onCancel}>{t('uploads.cancelIt')}</Button>
      </Group>
    </Modal>
  );
}

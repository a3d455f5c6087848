import { Alert, Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { troubleOf } from '@/api/problem';
import classes from './Confirm.module.css';
import { TroubleText } from './TroubleText';

interface Props {
  opened: boolean;
  /** The question. */
  title: string;
  /** What the button says, and what it says when that failed. */
  act: string;
  failed: string;
  error: unknown;
  busy: boolean;
  onConfirm: () => void;
  onClose: () => void;
  /** What it means. */
  children: ReactNode;
}

/** Asks before something is done. It stays mounted, so that the focus comes back to what was pressed. */
export function Confirm({ opened, title, act, failed, error, busy, onConfirm, onClose, children }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      centered
      title={title}
      closeButtonProps={{ 'aria-label': t('app.close') }}
      classNames={{ title: classes.question }}
    >
      {children}
      {error !== null && error !== undefined && (
        <Alert color="red" variant="light" mt="md" title={failed} role="alert">
          <TroubleText trouble={troubleOf(error)} />
        </Alert>
      )}
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t('app.cancel')}
        </Button>
        <Button onClick={onConfirm} loading={busy}>
          {act}
        </Button>
      </Group>
    </Modal>
  );
}

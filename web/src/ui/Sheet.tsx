import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Sheet.module.css';
import { useScreen } from './useScreen';

interface Props {
  title: string;
  onClose: () => void;
  size?: 'md' | 'lg' | 'xl';
  /** Given where it stays mounted while closed: then the focus comes back to what opened it. */
  opened?: boolean;
  /** It closes by its buttons alone, not by Escape or a click beside it. */
  firm?: boolean;
  children: ReactNode;
}

/** A dialog; on a phone it takes the whole screen. */
export function Sheet({ title, onClose, size = 'md', opened = true, firm = false, children }: Props) {
  const { t } = useTranslation();
  const phone = useScreen() === 'phone';
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      closeOnEscape={!firm}
      closeOnClickOutside={!firm}
      title={title}
      size={size}
      centered
      fullScreen={phone}
      classNames={{ title: classes.title, content: classes.content, body: classes.body }}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      {children}
    </Modal>
  );
}

/** What a dialog ends with: the ways out, always in view. */
export function SheetFoot({ children }: { children: ReactNode }) {
  return <div className={classes.foot}>{children}</div>;
}

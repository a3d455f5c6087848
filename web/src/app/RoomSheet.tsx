import { Drawer } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './RoomPage.module.css';

interface Props {
  screen: 'phone' | 'tablet';
  opened: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** The panel where there is no room beside the conversation: over it, from below or from the right. */
export function RoomSheet({ screen, opened, onClose, children }: Props) {
  const { t } = useTranslation();
  const [here, setHere] = useState(false);
  useEffect(() => setHere(true), []); // the Drawer returns the focus only where it has seen itself open
  return (
    <Drawer
      opened={opened && here}
      onClose={onClose}
      position={screen === 'phone' ? 'bottom' : 'right'}
      size={screen === 'phone' ? '85dvh' : 380}
      title={t('details.panel')}
      classNames={{ body: classes.sheet, content: classes.sheetContent, title: classes.sheetTitle }}
      closeButtonProps={{ 'aria-label': t('app.close') }}
      closeOnEscape={false} // Esc belongs to what is on top of it: a picture, a dialog
      onKeyDown={(event) => {
        const within = event.target instanceof Node && event.currentTarget.contains(event.target);
        if (event.key === 'Escape' && within) onClose();
      }}
    >
      {children}
    </Drawer>
  );
}

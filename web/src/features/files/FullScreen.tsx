import { Modal } from '@mantine/core';
import { Download } from 'lucide-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { darkVariables } from '@/theme/theme';
import { DownloadLink } from './DownloadLink';
import classes from './FullScreen.module.css';

interface Props {
  title: string;
  /** What stands behind the title: a size, a number of lines. */
  facts?: ReactNode;
  /** The bar below the title. */
  tools?: ReactNode;
  download?: { roomId: string; fileId: string; filename: string; url: string };
  onClose: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  children: ReactNode;
}

/** Evidence over the whole screen, dark in either scheme as pictures want it. */
export function FullScreen({ title, facts, tools, download, onClose, onKeyDown, children }: Props) {
  const { t } = useTranslation();
  return (
    <Modal.Root opened onClose={onClose} fullScreen transitionProps={{ duration: 0 }} returnFocus={false}>
      <Modal.Content
        className={classes.content}
        classNames={{ content: classes.frame }}
        style={darkVariables}
        data-mantine-color-scheme="dark"
        onKeyDown={onKeyDown}
      >
        <header className={classes.header}>
          <Modal.Title className={classes.title}>{title}</Modal.Title>
          {facts !== undefined && <span className={`${classes.facts} figures`}>{facts}</span>}
          {download !== undefined && (
            <DownloadLink className={classes.icon} {...download}>
              <Download size={20} aria-hidden />
            </DownloadLink>
          )}
          <Modal.CloseButton size="lg" aria-label={t('app.close')} />
        </header>
        {tools !== undefined && <div className={classes.tools}>{tools}</div>}
        {children}
      </Modal.Content>
    </Modal.Root>
  );
}

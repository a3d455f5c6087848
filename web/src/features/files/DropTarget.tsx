import { Paperclip } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Files.module.css';

interface Props {
  enabled: boolean;
  onFiles: (files: globalThis.File[]) => void;
  className?: string;
  children: ReactNode;
}

/**
 * While it is on the screen, files that are dropped or pasted anywhere on the page are
 * taken; a file that falls beside everything must not carry the browser away. Text
 * that is pasted or dragged is left alone.
 */
export function DropTarget({ enabled, onFiles, className, children }: Props) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const latest = useRef({ enabled, onFiles });
  latest.current = { enabled, onFiles };

  useEffect(() => {
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const drag = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      if (!latest.current.enabled && event.dataTransfer !== null) event.dataTransfer.dropEffect = 'none';
      setOver(latest.current.enabled);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false); // out of the window, not into another element
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!carriesFiles(event)) return;
      event.preventDefault();
      if (latest.current.enabled) latest.current.onFiles([...(event.dataTransfer?.files ?? [])]);
    };
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!latest.current.enabled || files.length === 0) return;
      event.preventDefault();
      latest.current.onFiles(files.map(named));
    };
    window.addEventListener('dragenter', drag);
    window.addEventListener('dragover', drag);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    window.addEventListener('paste', paste);
    return () => {
      window.removeEventListener('dragenter', drag);
      window.removeEventListener('dragover', drag);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
      window.removeEventListener('paste', paste);
    };
  }, []);

  return (
    <div className={`${classes.target} ${className ?? ''}`}>
      {children}
      {over && (
        <div className={classes.overlay}>
          <Paperclip size={32} aria-hidden />
          <strong>{t('files.drop')}</strong>
          <span>{t('files.dropHint')}</span>
        </div>
      )}
    </div>
  );
}

/** Browsers call every pasted picture image.png; evidence needs to be told apart. */
function named(file: globalThis.File): globalThis.File {
  if (file.name !== 'image.png') return file;
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return new globalThis.File([file], `paste-${stamp}.png`, { type: file.type });
}

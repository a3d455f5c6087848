import { Paperclip } from 'lucide-react';
import { type ClipboardEvent, type DragEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Files.module.css';

interface Props {
  enabled: boolean;
  onFiles: (files: globalThis.File[]) => void;
  className?: string;
  children: ReactNode;
}

/** A region that takes dropped and pasted files. Text that is pasted or dragged is left alone. */
export function DropTarget({ enabled, onFiles, className, children }: Props) {
  const { t } = useTranslation();
  const depth = useRef(0); // enter and leave also come from every child
  const [over, setOver] = useState(false);

  const carriesFiles = (event: DragEvent) => enabled && event.dataTransfer.types.includes('Files');
  const enter = (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth.current += 1;
    setOver(true);
  };
  const leave = () => {
    depth.current = Math.max(0, depth.current - 1);
    if (depth.current === 0) setOver(false);
  };
  const drop = (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    onFiles([...event.dataTransfer.files]);
  };
  const paste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (!enabled || files.length === 0) return;
    event.preventDefault();
    onFiles(files.map(named));
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has a button twin, FilePickers
    <div
      className={`${classes.target} ${className ?? ''}`}
      onDragEnter={enter}
      onDragOver={(event) => carriesFiles(event) && event.preventDefault()}
      onDragLeave={leave}
      onDrop={drop}
      onPaste={paste}
    >
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

import { CloseButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fileSize } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import { kindOf } from './allowed';
import { FileIcon } from './FileIcon';
import classes from './Files.module.css';

interface Props {
  files: globalThis.File[];
  onRemove: (file: globalThis.File) => void;
}

/** Equal for one file that was chosen twice. */
export function sameFile(file: globalThis.File): string {
  return `${file.name}/${file.size}/${file.lastModified}`;
}

/** What will go with the next send: evidence cannot be unsent, so it is seen first. */
export function StagedFiles({ files, onRemove }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  if (files.length === 0) return null;
  return (
    <ul className={classes.staged} aria-label={t('files.staged')}>
      {files.map((file) => (
        <li key={sameFile(file)} className={classes.chip}>
          <LocalPreview file={file} />
          <span className={classes.text}>
            <span className={classes.name}>{file.name}</span>
            <span className={classes.meta}>{fileSize(language, file.size)}</span>
          </span>
          <CloseButton aria-label={t('files.unstage', { name: file.name })} onClick={() => onRemove(file)} />
        </li>
      ))}
    </ul>
  );
}

/** A picture that has not left this device yet. */
export function LocalPreview({ file }: { file: globalThis.File }) {
  const [url, setUrl] = useState<string>();
  const kind = kindOf(file.name) ?? 'document';
  useEffect(() => {
    if (kind !== 'image') return;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file, kind]);
  return (
    <span className={classes.preview}>
      {url === undefined ? (
        <FileIcon kind={kind} />
      ) : (
        <img src={url} alt="" onError={() => setUrl(undefined)} />
      )}
    </span>
  );
}

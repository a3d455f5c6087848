import { Download, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Reference } from '@/api/types';
import { fileSize } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Attachment.module.css';
import { previewBox } from './box';
import { DownloadLink } from './DownloadLink';
import { FileIcon } from './FileIcon';
import { useLinks } from './links';
import { Preview } from './Preview';
import { ScanNote } from './ScanNote';
import { useViewer } from './Viewer';

interface Props {
  roomId: string;
  reference: Reference;
  /** The log says that it was removed. */
  removed: boolean;
}

/** What a reference message shows: a picture to open, or a file to download. */
export function Attachment({ roomId, reference, removed }: Props) {
  const { t } = useTranslation();
  if (removed && reference.scan_state !== 'infected') {
    return (
      <p className={classes.removed}>
        <Trash2 size={16} aria-hidden />
        <s>{reference.filename}</s>
        <span>{t('files.removed')}</span>
      </p>
    );
  }
  if (reference.scan_state === 'pending' || reference.scan_state === 'infected') {
    return <ScanNote state={reference.scan_state} name={reference.filename} />;
  }
  if (reference.kind === 'image') return <Picture roomId={roomId} reference={reference} />;
  return <Tile roomId={roomId} reference={reference} />;
}

function Picture({ roomId, reference }: Omit<Props, 'removed'>) {
  const { t } = useTranslation();
  const open = useViewer();
  const links = useLinks(roomId, reference);
  const box = previewBox(reference.width, reference.height);
  if (links.state === 'removed') return <Attachment roomId={roomId} reference={reference} removed />;
  return (
    <button
      type="button"
      className={classes.picture}
      style={{ width: box.width, aspectRatio: `${box.width} / ${box.height}` }}
      aria-label={t('files.openImage', { name: reference.filename })}
      data-file={reference.file_id}
      onClick={() => open({ view: 'picture', fileId: reference.file_id })}
    >
      <Preview links={links} alt={reference.filename} width={box.width} height={box.height} />
    </button>
  );
}

function Tile({ roomId, reference }: Omit<Props, 'removed'>) {
  const { t } = useTranslation();
  const language = useLanguage();
  const open = useViewer();
  const links = useLinks(roomId, reference);
  const { filename } = reference;
  if (links.state === 'removed') return <Attachment roomId={roomId} reference={reference} removed />;
  return (
    <div className={classes.tile}>
      <button
        type="button"
        className={classes.open}
        aria-label={t('files.open', { name: filename })}
        data-file={reference.file_id}
        onClick={() => open({ view: 'file', file: { ...reference, url: links.full } })}
      >
        <FileIcon kind={reference.kind} size={28} />
        <span className={classes.name}>
          <span>{filename}</span>
          <span className={classes.size} aria-hidden>
            {fileSize(language, reference.size)}
          </span>
        </span>
      </button>
      <DownloadLink
        className={classes.download}
        roomId={roomId}
        fileId={reference.file_id}
        filename={filename}
        url={links.full}
      >
        <Download size={18} aria-hidden />
      </DownloadLink>
    </div>
  );
}

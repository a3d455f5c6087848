import { ActionIcon } from '@mantine/core';
import { Check, Download, Hourglass, ShieldAlert, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { File } from '@/api/types';
import { fileSize, formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import { DownloadLink } from './DownloadLink';
import classes from './EvidenceCard.module.css';
import { FileIcon } from './FileIcon';
import { useLinks } from './links';
import { Preview } from './Preview';
import { mayOpen } from './scan';

interface Props {
  roomId: string;
  file: File;
  /** Present while pictures are chosen for a comparison. */
  chosen?: boolean;
  onOpen: () => void;
  onRemove?: () => void;
}

/** One piece of evidence: a press opens it, unless it is checked or withheld. */
export function EvidenceCard({ onRemove, ...props }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { short } = formats(language);
  const { file } = props;
  const open = mayOpen(file);
  const name = file.filename || t('evidence.withheld');

  return (
    <li className={classes.card} data-withheld={!open || undefined}>
      {open ? <Thumbnail {...props} /> : <Closed file={file} />}
      <div className={classes.text}>
        <p className={classes.name} title={name}>
          {name}
        </p>
        {open && file.description && <p className={classes.description}>{file.description}</p>}
        <p className={classes.meta}>
          {file.uploader.name} ·{' '}
          <time dateTime={file.uploaded_at}>{short.format(new Date(file.uploaded_at))}</time>
        </p>
      </div>
      <div className={classes.foot}>
        <span className={`${classes.meta} figures`}>{fileSize(language, file.file_size)}</span>
        {open && (
          <DownloadLink
            className={classes.download}
            roomId={props.roomId}
            fileId={file.file_id}
            filename={file.filename}
            url={file.download_url}
          >
            <Download size={18} aria-hidden />
          </DownloadLink>
        )}
        {onRemove !== undefined && (
          <ActionIcon
            variant="subtle"
            size="lg"
            aria-label={t('files.removeName', { name })}
            onClick={onRemove}
          >
            <Trash2 size={18} aria-hidden />
          </ActionIcon>
        )}
      </div>
    </li>
  );
}

/** Why a file cannot be opened. */
function Closed({ file }: { file: File }) {
  const { t } = useTranslation();
  const Icon = file.scan_state === 'pending' ? Hourglass : ShieldAlert;
  return (
    <span className={classes.thumbnail}>
      <Icon size={28} aria-hidden />
      <span className={classes.why}>
        {t(file.scan_state === 'pending' ? 'files.scanning' : 'files.quarantined')}
      </span>
    </span>
  );
}

function Thumbnail({ roomId, file, chosen, onOpen }: Omit<Props, 'onRemove'>) {
  const { t } = useTranslation();
  const links = useLinks(roomId, { ...file, url: file.download_url });
  const isImage = file.file_type === 'image';
  const does = chosen !== undefined ? 'evidence.pick' : isImage ? 'files.openImage' : 'files.open';
  return (
    <button
      type="button"
      className={classes.thumbnail}
      aria-label={t(does, { name: file.filename })}
      aria-pressed={chosen}
      data-file={file.file_id}
      onClick={onOpen}
    >
      {isImage ? <Preview links={links} alt="" lazy /> : <FileIcon kind={file.file_type} size={36} />}
      {chosen && (
        <span className={classes.picked}>
          <Check size={20} aria-hidden />
        </span>
      )}
    </button>
  );
}

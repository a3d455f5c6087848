import { ActionIcon, CloseButton, Progress } from '@mantine/core';
import {
  CircleCheck,
  CirclePause,
  CloudUpload,
  Hourglass,
  type LucideIcon,
  Pause,
  Play,
  RotateCw,
  ShieldCheck,
  TriangleAlert,
  WifiOff,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { fileSize } from '@/i18n/format';
import { TroubleText } from '@/ui/TroubleText';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Files.module.css';
import { LocalPreview } from './LocalPreview';
import { percentOf, type Upload } from './upload';
import { pausable } from './uploads';

interface Props {
  upload: Upload;
  onPause: () => void;
  onResume: () => void;
  onCancel: () => void;
}

const shapes = {
  queued: Hourglass,
  sending: CloudUpload,
  paused: CirclePause,
  offline: WifiOff,
  waiting: Hourglass,
  finishing: ShieldCheck,
  stored: CircleCheck,
  failed: TriangleAlert,
} satisfies Record<string, LucideIcon>;

/** What an upload is doing, in the words of who waits for it. */
function wordOf({ state, sent, file, trouble }: Upload): keyof typeof shapes {
  if (state === 'sending' && sent >= file.size) return 'finishing';
  if (state === 'waiting' && trouble?.status === 0) return 'offline';
  return state;
}

/** Codes that a second attempt cannot change. */
const hopeless = new Set([
  'file_type_refused',
  'empty_file',
  'file_too_large',
  'image_too_large',
  'unreadable',
]);

/** One file on its way: how far, or why not and what to do. */
export function UploadTile({ upload, onPause, onResume, onCancel }: Props) {
  const { t } = useTranslation();
  const { file, state, trouble } = upload;
  const word = wordOf(upload);
  const failed = state === 'failed';
  const name = file.name;
  const again = state === 'paused' || state === 'waiting' || (failed && !hopeless.has(trouble?.code ?? ''));

  return (
    <section
      className={classes.upload}
      aria-label={failed ? t('files.uploadFailed', { name }) : t('files.uploading', { name })}
      data-state={word}
    >
      <LocalPreview file={file} />
      <div className={classes.text}>
        <span className={classes.name}>{name}</span>
        <Course upload={upload} word={word} />
        {(failed || word === 'waiting') && trouble !== undefined && (
          <div className={failed ? classes.trouble : classes.meta} role={failed ? 'alert' : undefined}>
            <TroubleText trouble={trouble} />
          </div>
        )}
        {upload.kept === false && !failed && <span className={classes.meta}>{t('uploads.notKept')}</span>}
      </div>
      <div className={classes.acts}>
        {pausable(upload) && (
          <ActionIcon variant="subtle" size="lg" aria-label={t('uploads.pause', { name })} onClick={onPause}>
            <Pause size={20} aria-hidden />
          </ActionIcon>
        )}
        {again && (
          <ActionIcon
            variant={failed ? 'light' : 'subtle'}
            size="lg"
            aria-label={t(state === 'paused' ? 'uploads.resume' : 'uploads.retry', { name })}
            onClick={onResume}
          >
            {state === 'paused' ? <Play size={20} aria-hidden /> : <RotateCw size={20} aria-hidden />}
          </ActionIcon>
        )}
        {state !== 'finishing' && state !== 'stored' && (
          <CloseButton
            size="lg"
            aria-label={t(failed ? 'uploads.discard' : 'files.cancelUpload', { name })}
            onClick={onCancel}
          />
        )}
      </div>
    </section>
  );
}

function Course({ upload, word }: { upload: Upload; word: keyof typeof shapes }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { file, sent, state } = upload;
  const percent = percentOf(upload);
  const total = fileSize(language, file.size);
  const Shape = shapes[word];
  const started = sent > 0 && sent < file.size;
  return (
    <>
      {state !== 'failed' && (
        <Progress.Root size="sm">
          <Progress.Section
            value={percent}
            color={word === 'paused' || word === 'offline' || word === 'waiting' ? 'gray' : undefined}
            aria-label={t('files.uploading', { name: file.name })}
            aria-valuetext={`${percent}% · ${t(`uploads.state.${word}`)}`}
          />
        </Progress.Root>
      )}
      <span className={`${classes.meta} ${classes.course} figures`}>
        <Shape size={16} aria-hidden />
        <span>{t(`uploads.state.${word}`)}</span>
        <span>{started ? `${percent}% · ${fileSize(language, sent)} / ${total}` : total}</span>
      </span>
    </>
  );
}

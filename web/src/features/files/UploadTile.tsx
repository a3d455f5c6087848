import { Button, CloseButton, Progress } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { fileSize } from '@/i18n/format';
import { TroubleText } from '@/ui/TroubleText';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Files.module.css';
import { LocalPreview } from './StagedFiles';
import type { Upload } from './uploads';

interface Props {
  upload: Upload;
  onCancel: () => void;
  onRetry: () => void;
}

/** One file on its way: how far, or why not and what to do. */
export function UploadTile({ upload, onCancel, onRetry }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { file, state, trouble } = upload;
  const percent = file.size === 0 ? 0 : Math.floor((upload.sent / file.size) * 100);
  const failed = state === 'failed';

  return (
    <section
      className={classes.upload}
      aria-label={
        failed ? t('files.uploadFailed', { name: file.name }) : t('files.uploading', { name: file.name })
      }
      data-state={state}
    >
      <LocalPreview file={file} />
      <div className={classes.text}>
        <span className={classes.name}>{file.name}</span>
        {!failed && (
          <>
            <Progress.Root size="sm">
              <Progress.Section value={percent} aria-label={t('files.uploading', { name: file.name })} />
            </Progress.Root>
            <span className={`${classes.meta} figures`}>
              {state === 'sending'
                ? `${percent}% · ${fileSize(language, upload.sent)} / ${fileSize(language, file.size)}`
                : t(`files.${state}`)}
            </span>
          </>
        )}
        {failed && trouble !== undefined && (
          <div className={classes.trouble} role="alert">
            <TroubleText trouble={trouble} />
          </div>
        )}
        {failed && (
          <div className={classes.buttons}>
            {trouble?.code !== 'file_type_refused' && trouble?.code !== 'empty_file' && (
              <Button size="compact-sm" variant="light" onClick={onRetry}>
                {t('app.retry')}
              </Button>
            )}
            <Button size="compact-sm" variant="default" onClick={onCancel}>
              {t('files.discard')}
            </Button>
          </div>
        )}
      </div>
      {(state === 'waiting' || state === 'sending') && (
        <CloseButton aria-label={t('files.cancelUpload', { name: file.name })} onClick={onCancel} />
      )}
    </section>
  );
}

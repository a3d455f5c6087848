import { Button } from '@mantine/core';
import { Pause, Play } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { later } from '@/ui/later';
import classes from './Files.module.css';
import { UploadTile } from './UploadTile';
import { percentOf, type Upload } from './upload';
import { pausable, type Uploads } from './uploads';

const CancelUpload = later(async () => (await import('./CancelUpload')).CancelUpload);

/** Percents from which on a cancelled upload is worth a question. */
const worthAsking = 50;

interface Props {
  roomId: string;
  uploads: Upload[];
  queue: Pick<Uploads, 'pause' | 'resume' | 'cancel' | 'pauseAll' | 'resumeAll'>;
}

/** What is on its way into a room, in the order of choosing. */
export function UploadList({ roomId, uploads, queue }: Props) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<string>();
  const asking = uploads.find(({ id, state }) => id === asked && state !== 'stored' && state !== 'finishing');
  if (uploads.length === 0) return null;

  const cancel = (upload: Upload) => {
    if (upload.state !== 'failed' && percentOf(upload) > worthAsking) setAsked(upload.id);
    else queue.cancel(upload.id);
  };
  const running = uploads.some(pausable);
  const paused = uploads.some(({ state }) => state === 'paused');
  return (
    <div className={classes.uploads}>
      {uploads.length > 1 && (running || paused) && (
        <div className={classes.allActs}>
          <span className={classes.meta}>{t('uploads.count', { count: uploads.length })}</span>
          {running && (
            <Button
              variant="default"
              size="compact-md"
              leftSection={<Pause size={16} aria-hidden />}
              onClick={() => queue.pauseAll(roomId)}
            >
              {t('uploads.pauseAll')}
            </Button>
          )}
          {paused && (
            <Button
              variant="default"
              size="compact-md"
              leftSection={<Play size={16} aria-hidden />}
              onClick={() => queue.resumeAll(roomId)}
            >
              {t('uploads.resumeAll')}
            </Button>
          )}
        </div>
      )}
      {uploads.map((upload) => (
        <UploadTile
          key={upload.id}
          upload={upload}
          onPause={() => queue.pause(upload.id)}
          onResume={() => queue.resume(upload.id)}
          onCancel={() => cancel(upload)}
        />
      ))}
      {asking !== undefined && (
        <CancelUpload
          upload={asking}
          onCancel={() => queue.cancel(asking.id)}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  );
}

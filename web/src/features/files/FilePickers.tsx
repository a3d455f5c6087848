import { ActionIcon } from '@mantine/core';
import { Camera, Paperclip } from 'lucide-react';
import { type ChangeEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { acceptedNames } from './allowed';
import classes from './Files.module.css';

/** The button twins of dropping and pasting; on touch also the camera, first. */
export function FilePickers({ onFiles }: { onFiles: (files: globalThis.File[]) => void }) {
  const { t } = useTranslation();
  const camera = useRef<HTMLInputElement>(null);
  const chooser = useRef<HTMLInputElement>(null);

  const take = (event: ChangeEvent<HTMLInputElement>) => {
    onFiles([...(event.currentTarget.files ?? [])]);
    event.currentTarget.value = ''; // the same file may be chosen again
  };

  return (
    <>
      <ActionIcon
        className={classes.camera}
        variant="subtle"
        size="lg"
        aria-label={t('files.camera')}
        onClick={() => camera.current?.click()}
      >
        <Camera size={22} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        size="lg"
        aria-label={t('files.attach')}
        onClick={() => chooser.current?.click()}
      >
        <Paperclip size={20} aria-hidden />
      </ActionIcon>
      {/* JPEG and PNG by name: an iPhone then converts its HEIC by itself */}
      <input
        ref={camera}
        type="file"
        accept="image/jpeg,image/png"
        capture="environment"
        hidden
        onChange={take}
        data-testid="camera-input"
      />
      <input
        ref={chooser}
        type="file"
        accept={acceptedNames}
        multiple
        hidden
        onChange={take}
        data-testid="file-input"
      />
    </>
  );
}

import { CloseButton, Switch, TextInput } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { fileSize } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Files.module.css';
import { LocalPreview } from './LocalPreview';
import { chosen, maxDescription, type Staged, type StagedFile } from './useStaged';

/** What will go with the next send: evidence cannot be unsent, so it is seen first. */
export function StagedFiles({ staged }: { staged: Staged }) {
  const { t } = useTranslation();
  const { files, original } = staged;
  const choice = files.some(({ smaller }) => smaller instanceof globalThis.File);
  return (
    <div className={classes.stage}>
      <ul className={classes.staged} aria-label={t('files.staged')}>
        {files.map((file) => (
          <li key={file.key} className={classes.chip} data-refused={lost(file, original) || undefined}>
            <LocalPreview file={file.original} />
            <span className={classes.text}>
              <span className={classes.name}>{file.original.name}</span>
              <Sizes file={file} original={original} />
              {files.length > 1 && !lost(file, original) && (
                <TextInput
                  size="xs"
                  aria-label={t('uploads.describe', { name: file.original.name })}
                  placeholder={t('uploads.description')}
                  maxLength={maxDescription}
                  value={file.description}
                  onChange={(event) => staged.describe(file.key, event.currentTarget.value)}
                />
              )}
            </span>
            <CloseButton
              aria-label={t('files.unstage', { name: file.original.name })}
              onClick={() => staged.remove(file.key)}
            />
          </li>
        ))}
      </ul>
      {!staged.kept && (
        <p className={classes.trouble} role="status">
          <TriangleAlert size={14} aria-hidden /> {t('uploads.laidNotKept')}
        </p>
      )}
      {choice && (
        <Switch
          className={classes.switch}
          label={t('uploads.original')}
          description={t(original ? 'uploads.originalHint' : 'uploads.smallerHint')}
          checked={original}
          onChange={(event) => staged.setOriginal(event.currentTarget.checked)}
        />
      )}
    </div>
  );
}

/** Neither it nor something smaller can be sent. */
function lost(file: StagedFile, original: boolean): boolean {
  return file.smaller !== 'making' && chosen(file, original) === undefined;
}

/** How much will be sent, and of what; or why nothing. */
function Sizes({ file, original }: { file: StagedFile; original: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const form = chosen(file, original);
  const before = fileSize(language, file.original.size);
  if (lost(file, original)) {
    return (
      <span className={classes.trouble} role="alert">
        <TriangleAlert size={14} aria-hidden /> {t(`error.${file.refused ?? 'invalid'}`)}
      </span>
    );
  }
  if (form === undefined) return <span className={classes.meta}>{t('uploads.making', { before })}</span>;
  const less = file.smaller instanceof globalThis.File ? file.smaller : undefined;
  if (less === undefined) return <span className={`${classes.meta} figures`}>{before}</span>;
  const after = fileSize(language, less.size);
  if (form === file.original) {
    return <span className={`${classes.meta} figures`}>{t('uploads.wouldBe', { before, after })}</span>;
  }
  return (
    <span className={`${classes.meta} figures`}>
      {t('uploads.smaller', { before, after })}
      {original && file.refused !== undefined && <> · {t('uploads.tooLargeAsIs')}</>}
    </span>
  );
}

import { Hourglass, ImageOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { useLinks } from './links';
import classes from './Preview.module.css';

interface Props {
  links: ReturnType<typeof useLinks>;
  /** Empty where the name stands beside it. */
  alt: string;
  width?: number;
  height?: number;
  lazy?: boolean;
}

/** A picture's preview, or in the same place why it is not there. */
export function Preview({ links, alt, width, height, lazy }: Props) {
  const { t } = useTranslation();
  if (links.state === 'failed') {
    return (
      <span className={classes.missing}>
        <ImageOff size={24} aria-hidden />
        {t('files.unavailable')}
      </span>
    );
  }
  if (links.state === 'waiting') {
    return (
      <span className={classes.missing}>
        <Hourglass size={24} aria-hidden />
        {t('evidence.previewComes')}
      </span>
    );
  }
  if (links.preview === undefined) return <span className={classes.missing} />;
  return (
    <img
      key={`${links.preview}#${links.attempt}`}
      className={classes.image}
      src={links.preview}
      alt={alt}
      width={width}
      height={height}
      loading={lazy ? 'lazy' : undefined}
      decoding="async"
      onError={links.onError}
    />
  );
}

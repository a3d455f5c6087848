import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import YARL from 'yet-another-react-lightbox';
import Captions from 'yet-another-react-lightbox/plugins/captions';
import Download from 'yet-another-react-lightbox/plugins/download';
import Zoom from 'yet-another-react-lightbox/plugins/zoom';
import 'yet-another-react-lightbox/styles.css';
import 'yet-another-react-lightbox/plugins/captions.css';
import { fileQuery } from '@/api/keys';
import { downloadUrl, expired } from './links';
import type { Picture } from './Viewer';

interface Props {
  roomId: string;
  pictures: Picture[];
  fileId: string;
  onClose: () => void;
}

/** The full picture: arrows, Esc, zoom, download, caption. Loaded when first opened. */
export default function Lightbox({ roomId, pictures, fileId, onClose }: Props) {
  const { t } = useTranslation();
  const [current, setCurrent] = useState(fileId);
  const index = Math.max(
    0,
    pictures.findIndex((picture) => picture.file_id === current),
  );
  const picture = pictures[index];
  const stale = picture !== undefined && (picture.url === '' || expired(picture.url));
  const fresh = useQuery({ ...fileQuery(roomId, current), enabled: stale, staleTime: 60_000 });

  const slides = pictures.map((one) => {
    const url = one.file_id === current && stale ? (fresh.data?.download_url ?? one.url) : one.url;
    return {
      src: url,
      alt: one.filename,
      title: one.filename,
      description: one.text,
      download: { url: downloadUrl(url), filename: one.filename },
    };
  });

  return (
    <YARL
      open
      close={onClose}
      index={index}
      slides={slides}
      plugins={[Captions, Download, Zoom]}
      carousel={{ finite: true, preload: 1 }}
      controller={{ closeOnBackdropClick: true }}
      zoom={{ maxZoomPixelRatio: 4, scrollToZoom: true }}
      animation={{ fade: 120, swipe: 200 }}
      on={{ view: ({ index: at }) => setCurrent(pictures[at]?.file_id ?? current) }}
      render={slides.length > 1 ? {} : { buttonPrev: () => null, buttonNext: () => null }}
      labels={{
        Lightbox: t('files.viewer'),
        Close: t('app.close'),
        Download: t('files.download'),
        Previous: t('files.previous'),
        Next: t('files.next'),
        'Zoom in': t('files.zoomIn'),
        'Zoom out': t('files.zoomOut'),
      }}
    />
  );
}

import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import YARL, { type ZoomRef } from 'yet-another-react-lightbox';
import Captions from 'yet-another-react-lightbox/plugins/captions';
import Download from 'yet-another-react-lightbox/plugins/download';
import Zoom from 'yet-another-react-lightbox/plugins/zoom';
import 'yet-another-react-lightbox/styles.css';
import 'yet-another-react-lightbox/plugins/captions.css';
import { fileQuery } from '@/api/keys';
import type { File } from '@/api/types';
import { fileSize, formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import type { EvidenceFilter } from './filter';
import classes from './Lightbox.module.css';
import { downloadUrl, expired } from './links';
import { pictureOf } from './picture';
import { mayOpen } from './scan';
import { useEvidence } from './useEvidence';
import type { Picture } from './Viewer';

interface Props {
  roomId: string;
  fileId: string;
  /** Walked through unless `among` says which part of the evidence is. */
  conversation: Picture[];
  among?: EvidenceFilter;
  onClose: () => void;
}

/** So many pictures before the last loaded one, the next page of files is fetched. */
const prefetch = 3;

/** The full picture: arrows, Esc, zoom, download, caption. */
export default function Lightbox({ roomId, fileId, conversation, among, onClose }: Props) {
  const { t } = useTranslation();
  const [current, setCurrent] = useState(fileId);
  const zoom = useRef<ZoomRef>(null);
  const evidence = useEvidence(roomId, among ?? {}, among !== undefined);
  const pictures = among === undefined ? conversation : evidence.files.filter(isShowable).map(pictureOf);
  const index = Math.max(
    0,
    pictures.findIndex((picture) => picture.file_id === current),
  );
  const picture = pictures[index];
  const stale = picture !== undefined && (picture.url === '' || expired(picture.url));
  const fresh = useQuery({ ...fileQuery(roomId, current), enabled: stale, staleTime: 60_000 });
  const more = among !== undefined && evidence.query.hasNextPage;
  const total =
    among?.filetype === 'image' && evidence.count !== undefined ? evidence.count : pictures.length;

  const slides = pictures.map((one) => {
    const url = one.file_id === current && stale ? (fresh.data?.download_url ?? one.url) : one.url;
    return {
      src: url,
      alt: one.filename,
      title: one.filename,
      description: <Caption picture={one} />,
      download: { url: downloadUrl(url), filename: one.filename },
    };
  });

  const view = (at: number) => {
    setCurrent(pictures[at]?.file_id ?? current);
    if (more && !evidence.query.isFetchingNextPage && at >= pictures.length - prefetch) {
      void evidence.query.fetchNextPage();
    }
  };
  // The viewer's own keys ask for Ctrl with these two.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return;
    if (event.key === '0') zoom.current?.changeZoom(1);
    if (event.key === '=') zoom.current?.zoomIn();
  };
  if (slides.length === 0) return null;

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears the keys of the dialog inside
    <div onKeyDown={onKeyDown}>
      <YARL
        open
        close={onClose}
        index={index}
        slides={slides}
        plugins={[Captions, Download, Zoom]}
        carousel={{ finite: true, preload: 1 }}
        controller={{ closeOnBackdropClick: true }}
        captions={{ descriptionMaxLines: 6 }}
        zoom={{ ref: zoom, maxZoomPixelRatio: 4, scrollToZoom: true, pinchZoomV4: true }}
        animation={{ fade: 120, swipe: 200 }}
        toolbar={{
          buttons: [
            <Position key="position" at={index + 1} of={total} more={more && total === pictures.length} />,
            'zoom',
            'download',
            'close',
          ],
        }}
        on={{ view: ({ index: at }) => view(at) }}
        render={slides.length > 1 ? {} : { buttonPrev: () => null, buttonNext: () => null }}
        labels={{
          Lightbox: t('files.viewer'),
          Carousel: t('evidence.pictures'),
          'Photo gallery': t('evidence.pictures'),
          Slide: t('evidence.picture'),
          Caption: t('evidence.caption'),
          '{index} of {total}': t('evidence.positionOf', { at: '{index}', of: '{total}' }),
          Close: t('app.close'),
          Download: t('files.download'),
          Previous: t('files.previous'),
          Next: t('files.next'),
          'Zoom in': t('files.zoomIn'),
          'Zoom out': t('files.zoomOut'),
        }}
      />
    </div>
  );
}

function isShowable(file: File): boolean {
  return file.file_type === 'image' && mayOpen(file);
}

function Position({ at, of, more }: { at: number; of: number; more: boolean }) {
  const { t } = useTranslation();
  return (
    <span className={`${classes.position} figures`} data-testid="position">
      {t('evidence.position', { at, of: more ? `${of}+` : of })}
    </span>
  );
}

/** What was said with a picture, who brought it, when, and how large it is. */
function Caption({ picture }: { picture: Picture }) {
  const language = useLanguage();
  const { full } = formats(language);
  return (
    <>
      {picture.text !== '' && <span className={classes.text}>{picture.text}</span>}
      <span className="figures">
        {picture.by} · <time dateTime={picture.at}>{full.format(new Date(picture.at))}</time> ·{' '}
        {fileSize(language, picture.size)}
      </span>
    </>
  );
}

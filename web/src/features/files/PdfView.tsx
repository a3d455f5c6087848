import { ActionIcon, Button, Loader, TextInput } from '@mantine/core';
import { ChevronDown, ChevronUp, FileX, Lock, ZoomIn, ZoomOut } from 'lucide-react';
import type { PDFDocumentProxy } from 'pdfjs-dist';
import { type KeyboardEvent, type UIEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '@/ui/Notice';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { DownloadLink } from './DownloadLink';
import { FullScreen } from './FullScreen';
import classes from './Pdf.module.css';
import { PdfPage } from './PdfPage';
import { type PageSize, usePdf } from './usePdf';
import type { Opened } from './Viewer';
import { stepZoom } from './zoom';

interface Props {
  roomId: string;
  file: Opened;
  onClose: () => void;
}

/** A PDF, drawn by the page itself: what is in it cannot act. */
export default function PdfView({ roomId, file, onClose }: Props) {
  const { t } = useTranslation();
  const shown = usePdf(roomId, file);
  const [zoom, setZoom] = useState(1); // 1: the first page fills the width
  const [page, setPage] = useState(1);
  const scroller = useRef<HTMLDivElement>(null);
  const count = shown.state === 'ready' ? shown.pdf.numPages : undefined;

  const go = (to: number) => {
    const wanted = Math.min(Math.max(1, to), count ?? 1);
    scroller.current?.querySelector(`[data-page="${wanted}"]`)?.scrollIntoView({ block: 'start' });
    setPage(wanted);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.target instanceof HTMLInputElement) return;
    if (event.key === '+' || event.key === '=') setZoom((now) => stepZoom(now, 1));
    else if (event.key === '-') setZoom((now) => stepZoom(now, -1));
    else if (event.key === '0') setZoom(1);
    else if (event.key === 'ArrowRight') go(page + 1);
    else if (event.key === 'ArrowLeft') go(page - 1);
  };
  const download = { roomId, fileId: file.file_id, filename: file.filename, url: file.url };

  return (
    <FullScreen
      title={file.filename}
      download={download}
      onClose={onClose}
      onKeyDown={onKeyDown}
      tools={
        count !== undefined && (
          <>
            <PageField page={page} count={count} onGo={go} />
            <span className={classes.gap} />
            <div className={classes.zoom}>
              <ActionIcon
                variant="subtle"
                size="lg"
                aria-label={t('files.zoomOut')}
                onClick={() => setZoom(stepZoom(zoom, -1))}
              >
                <ZoomOut size={20} aria-hidden />
              </ActionIcon>
              <Button
                size="compact-md"
                variant="subtle"
                className="figures"
                px={4}
                aria-label={t('evidence.fit', { percent: Math.round(zoom * 100) })}
                onClick={() => setZoom(1)}
              >
                {Math.round(zoom * 100)}%
              </Button>
              <ActionIcon
                variant="subtle"
                size="lg"
                aria-label={t('files.zoomIn')}
                onClick={() => setZoom(stepZoom(zoom, 1))}
              >
                <ZoomIn size={20} aria-hidden />
              </ActionIcon>
            </div>
          </>
        )
      }
    >
      {shown.state === 'loading' && (
        <div className={classes.loading} role="status">
          <Loader />
          <span className="figures">{t('evidence.loading', { percent: Math.min(100, shown.percent) })}</span>
        </div>
      )}
      {shown.state === 'ready' && (
        <Pages scroller={scroller} pdf={shown.pdf} first={shown.first} zoom={zoom} onPage={setPage} />
      )}
      {shown.state === 'failed' && (
        <div className={classes.loading}>
          {typeof shown.why !== 'string' ? (
            <TroubleNotice title={t('evidence.pdfFailed')} error={shown.why} retry={shown.retry} />
          ) : (
            <Notice
              icon={shown.why === 'password' ? Lock : FileX}
              title={t(shown.why === 'password' ? 'evidence.pdfLocked' : 'evidence.pdfBroken')}
              hint={t('evidence.pdfInstead')}
              bad
            >
              <DownloadLink className={classes.instead} {...download}>
                {t('files.download')}
              </DownloadLink>
            </Notice>
          )}
        </div>
      )}
    </FullScreen>
  );
}

interface PagesProps {
  scroller: { current: HTMLDivElement | null };
  pdf: PDFDocumentProxy;
  first: PageSize;
  zoom: number;
  onPage: (page: number) => void;
}

function Pages({ scroller, pdf, first, zoom, onPage }: PagesProps) {
  const { t } = useTranslation();
  const [width, setWidth] = useState<number>();
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => setWidth(element.clientWidth));
    watch.observe(element);
    element.focus();
    return () => watch.disconnect();
  }, [scroller]);

  // Zooming keeps the place: the same share of the height stays at the top.
  const share = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each change of size
  useEffect(() => {
    const element = scroller.current;
    if (element !== null) element.scrollTop = share.current * element.scrollHeight;
  }, [zoom, width]);

  const onScroll = (event: UIEvent<HTMLDivElement>) => {
    const element = event.currentTarget;
    share.current = element.scrollTop / Math.max(1, element.scrollHeight);
    const middle = element.scrollTop + element.clientHeight / 2;
    const pages = [...element.querySelectorAll<HTMLElement>('[data-page]')];
    const at = pages.findLast((page) => page.offsetTop <= middle);
    onPage(Number(at?.dataset.page ?? 1));
  };

  const fit = width === undefined ? 1 : Math.min(width - 24, 1000) / first.width;
  return (
    <section
      ref={scroller}
      className={classes.scroller}
      aria-label={t('evidence.pages')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
      tabIndex={0}
      onScroll={onScroll}
    >
      {width !== undefined &&
        Array.from({ length: pdf.numPages }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a page is its number
          <PdfPage key={index} pdf={pdf} number={index + 1} scale={fit * zoom} guess={first} />
        ))}
    </section>
  );
}

function PageField({ page, count, onGo }: { page: number; count: number; onGo: (to: number) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string>();
  const done = () => {
    const wanted = Number(typed);
    if (typed !== undefined && Number.isInteger(wanted) && wanted > 0) onGo(wanted);
    setTyped(undefined);
  };
  return (
    <div className={classes.pages}>
      <ActionIcon
        variant="subtle"
        size="lg"
        aria-label={t('evidence.previousPage')}
        disabled={page <= 1}
        onClick={() => onGo(page - 1)}
      >
        <ChevronUp size={20} aria-hidden />
      </ActionIcon>
      <TextInput
        classNames={{ input: classes.number }}
        aria-label={t('evidence.pageOf', { count })}
        inputMode="numeric"
        value={typed ?? String(page)}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && done()}
        onBlur={done}
      />
      <span className="figures">/ {count}</span>
      <ActionIcon
        variant="subtle"
        size="lg"
        aria-label={t('evidence.nextPage')}
        disabled={page >= count}
        onClick={() => onGo(page + 1)}
      >
        <ChevronDown size={20} aria-hidden />
      </ActionIcon>
    </div>
  );
}

import { type PDFDocumentProxy, type RenderTask, TextLayer } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Pdf.module.css';
import type { PageSize } from './usePdf';

/** Pixels of one page's drawing: sharp on a phone, and no more memory than it has. */
const maxPixels = 16_000_000;

interface Props {
  pdf: PDFDocumentProxy;
  number: number;
  scale: number;
  /** Until the page's own size is known. */
  guess: PageSize;
}

/** One page in its place. It is drawn only while it is near the screen. */
export function PdfPage({ pdf, number, scale, guess }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const near = useNear(box);
  const [size, setSize] = useState(guess);
  const [drawn, setDrawn] = useState(false);

  useEffect(() => {
    const target = sheet.current;
    if (!near || target === null) return;
    let task: RenderTask | undefined;
    let gone = false;
    const draw = async () => {
      const page = await pdf.getPage(number);
      if (gone) return;
      const { width, height } = page.getViewport({ scale: 1 });
      setSize({ width, height });
      const viewport = page.getViewport({ scale });
      const area = viewport.width * viewport.height;
      const sharpness = Math.min(window.devicePixelRatio || 1, Math.sqrt(maxPixels / area));
      const canvas = document.createElement('canvas');
      canvas.width = Math.floor(viewport.width * sharpness);
      canvas.height = Math.floor(viewport.height * sharpness);
      task = page.render({ canvas, viewport, transform: [sharpness, 0, 0, sharpness, 0, 0] });
      await task.promise;
      const text = document.createElement('div');
      text.className = classes.text ?? '';
      text.style.setProperty('--total-scale-factor', String(scale));
      await new TextLayer({
        textContentSource: page.streamTextContent(),
        container: text,
        viewport,
      }).render();
      if (gone) return;
      target.replaceChildren(canvas, text); // at once: no page is ever blank while another size is drawn
      setDrawn(true);
    };
    draw().catch(() => undefined); // cancelled, or a page that is broken stays empty
    return () => {
      gone = true;
      task?.cancel();
    };
  }, [pdf, number, scale, near]);

  useEffect(() => {
    if (near) return;
    sheet.current?.replaceChildren();
    setDrawn(false);
  }, [near]);

  return (
    <section
      ref={box}
      className={classes.page}
      aria-label={t('evidence.page', { page: number })}
      data-page={number}
      data-drawn={drawn || undefined}
      style={{ width: size.width * scale, height: size.height * scale }}
    >
      <div ref={sheet} className={classes.sheet} />
    </section>
  );
}

/** Whether an element is on the screen or about to be. */
function useNear(element: { current: Element | null }): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (element.current === null) return;
    const watch = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting ?? false), {
      rootMargin: '100% 0px',
    });
    watch.observe(element.current);
    return () => watch.disconnect();
  }, [element]);
  return near;
}

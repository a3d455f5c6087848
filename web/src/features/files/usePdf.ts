import { useEffect, useState } from 'react';
import { RequestFailed } from '@/api/problem';
import { fetchBytes } from './bytes';
import { needsPassword, type OpenPdf, openPdf } from './pdf';
import type { Opened } from './Viewer';

export interface PageSize {
  width: number;
  height: number;
}

type State =
  | { state: 'loading'; percent: number }
  | { state: 'ready'; pdf: OpenPdf['pdf']; first: PageSize }
  /** `broken`: the bytes came and are no PDF that can be read. */
  | { state: 'failed'; why: 'password' | 'broken' | RequestFailed };

/** A PDF, fetched and opened for as long as it is looked at. */
export function usePdf(roomId: string, { file_id, size }: Opened) {
  const [tries, setTries] = useState(0);
  const [state, setState] = useState<State>({ state: 'loading', percent: 0 });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another try reads it again
  useEffect(() => {
    const abort = new AbortController();
    let close = () => {};
    const load = async () => {
      setState({ state: 'loading', percent: 0 });
      const progress = (bytes: number) =>
        setState({ state: 'loading', percent: Math.floor((bytes / Math.max(1, size)) * 100) });
      const opened = await openPdf(await fetchBytes(roomId, file_id, abort.signal, progress));
      close = opened.close;
      if (abort.signal.aborted) {
        close();
        return;
      }
      const first = (await opened.pdf.getPage(1)).getViewport({ scale: 1 });
      setState({ state: 'ready', pdf: opened.pdf, first });
    };
    load().catch((error: unknown) => {
      if (abort.signal.aborted) return;
      const why = error instanceof RequestFailed ? error : needsPassword(error) ? 'password' : 'broken';
      setState({ state: 'failed', why });
    });
    return () => {
      abort.abort();
      close();
    };
  }, [roomId, file_id, size, tries]);

  return { ...state, retry: () => setTries((before) => before + 1) };
}

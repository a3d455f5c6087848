import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useState } from 'react';
import type { FileKind } from '@/api/types';
import type { EvidenceFilter } from './filter';

// Each is loaded when first opened.
const Lightbox = lazy(() => import('./Lightbox'));
const Compare = lazy(() => import('./Compare'));
const PdfView = lazy(() => import('./PdfView'));
const LogView = lazy(() => import('./LogView'));

export interface Picture {
  file_id: string;
  filename: string;
  url: string;
  /** What was said with it. */
  text: string;
  size: number; // bytes
  by: string; // the uploader's name
  at: string;
}

/** A file that is no picture. */
export interface Opened {
  file_id: string;
  filename: string;
  kind: FileKind;
  size: number; // bytes
  url: string;
}

export type Opening =
  /** The arrows walk through `among`, or else through the conversation. */
  | { view: 'picture'; fileId: string; among?: EvidenceFilter }
  | { view: 'pair'; before: Picture; after: Picture }
  | { view: 'file'; file: Opened };

type Open = (opening: Opening) => void;

const ViewerContext = createContext<Open>(() => undefined);

export function useViewer(): Open {
  return useContext(ViewerContext);
}

interface Props {
  roomId: string;
  /** The pictures of the conversation, oldest first. */
  pictures: Picture[];
  /** Takes a line of a log into what is being written; absent for those who may not write. */
  onQuote?: (text: string) => void;
  children: ReactNode;
}

/** Lets what is below it open the full-size viewers, and gives the focus back to where it was. */
export function ViewerProvider({ roomId, pictures, onQuote, children }: Props) {
  const [shown, setShown] = useState<{ opening: Opening; from: Element | null }>();
  const open = useCallback<Open>((opening) => setShown({ opening, from: document.activeElement }), []);

  const close = () => {
    const from = shown?.from;
    setShown(undefined);
    requestAnimationFrame(() => from instanceof HTMLElement && from.focus());
  };

  return (
    <ViewerContext value={open}>
      {children}
      {shown !== undefined && (
        <Suspense>
          <View
            roomId={roomId}
            pictures={pictures}
            opening={shown.opening}
            onQuote={onQuote}
            onClose={close}
          />
        </Suspense>
      )}
    </ViewerContext>
  );
}

interface ViewProps extends Omit<Props, 'children'> {
  opening: Opening;
  onClose: () => void;
}

function View({ roomId, pictures, opening, onQuote, onClose }: ViewProps) {
  if (opening.view === 'pair') {
    return <Compare roomId={roomId} before={opening.before} after={opening.after} onClose={onClose} />;
  }
  if (opening.view === 'file') {
    const { file } = opening;
    if (file.kind === 'document') return <PdfView roomId={roomId} file={file} onClose={onClose} />;
    return <LogView roomId={roomId} file={file} onQuote={onQuote} onClose={onClose} />;
  }
  return (
    <Lightbox
      roomId={roomId}
      fileId={opening.fileId}
      conversation={pictures}
      among={opening.among}
      onClose={onClose}
    />
  );
}

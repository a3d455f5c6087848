import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useState } from 'react';

const Lightbox = lazy(() => import('./Lightbox'));

export interface Picture {
  file_id: string;
  filename: string;
  url: string;
  text: string;
}

/** Opens a picture; the arrows walk through `among`, or else through the conversation. */
type Open = (fileId: string, among?: Picture[]) => void;

const ViewerContext = createContext<Open>(() => undefined);

export function useViewer(): Open {
  return useContext(ViewerContext);
}

interface Props {
  roomId: string;
  /** The pictures of the conversation, oldest first. */
  pictures: Picture[];
  children: ReactNode;
}

/** Lets what is below it open the full-size viewer, and gives the focus back to where it was. */
export function ViewerProvider({ roomId, pictures, children }: Props) {
  const [shown, setShown] = useState<{ fileId: string; among?: Picture[]; from: Element | null }>();
  const open = useCallback<Open>(
    (fileId, among) => setShown({ fileId, among, from: document.activeElement }),
    [],
  );

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
          <Lightbox
            roomId={roomId}
            pictures={shown.among ?? pictures}
            fileId={shown.fileId}
            onClose={close}
          />
        </Suspense>
      )}
    </ViewerContext>
  );
}

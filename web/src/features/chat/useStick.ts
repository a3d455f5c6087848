import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { VListHandle } from 'virtua';

/** Pixels from the end within which a reader counts as being at the end (UX 3). */
const near = 48;

interface Stick {
  atEnd: boolean;
  toEnd: () => void;
  onScroll: () => void;
}

/**
 * Keeps a reader who is at the end at the end, and leaves everybody else where
 * they are: when rows come, when the keyboard opens, when a picture is measured.
 */
export function useStick(
  list: RefObject<VListHandle | null>,
  box: RefObject<HTMLElement | null>,
  rows: number,
): Stick {
  const [atEnd, setAtEnd] = useState(true);
  const stuck = useRef(true);
  const settling = useRef(true); // scrolling to the end itself passes through places that are not the end

  const toEnd = useCallback(() => {
    stuck.current = true;
    settling.current = true;
    setAtEnd(true);
    if (rows > 0) list.current?.scrollToIndex(rows - 1, { align: 'end' });
    requestAnimationFrame(() => {
      settling.current = false;
    });
  }, [list, rows]);

  useLayoutEffect(() => {
    if (stuck.current) toEnd();
  }, [toEnd]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => stuck.current && toEnd());
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, toEnd]);

  const onScroll = useCallback(() => {
    const handle = list.current;
    if (handle === null) return;
    const rest = handle.scrollSize - handle.scrollOffset - handle.viewportSize;
    const is = rest <= near;
    if (!is && settling.current) return;
    stuck.current = is;
    setAtEnd(is);
  }, [list]);

  return { atEnd, toEnd, onScroll };
}

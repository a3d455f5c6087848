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
 * they are: when rows come, when the keyboard opens, when a row gets its height.
 * Only going up leaves the end; growing below the reader does not.
 */
export function useStick(
  list: RefObject<VListHandle | null>,
  box: RefObject<HTMLElement | null>,
  rows: number,
): Stick {
  const [atEnd, setAtEnd] = useState(true);
  const stuck = useRef(true);
  const last = useRef({ offset: 0, size: 0 });

  const stick = useCallback((is: boolean) => {
    stuck.current = is;
    setAtEnd(is);
  }, []);

  const toEnd = useCallback(() => {
    stick(true);
    if (rows > 0) list.current?.scrollToIndex(rows - 1, { align: 'end' });
  }, [list, rows, stick]);

  useLayoutEffect(() => {
    if (stuck.current) toEnd();
  }, [toEnd]);

  useEffect(() => {
    const element = box.current;
    const content = element?.querySelector('[role="log"] > *');
    if (!element || !content) return;
    const observer = new ResizeObserver(() => stuck.current && toEnd());
    observer.observe(element);
    observer.observe(content);
    return () => observer.disconnect();
  }, [box, toEnd]);

  const onScroll = useCallback(() => {
    const handle = list.current;
    if (handle === null) return;
    const { scrollOffset: offset, scrollSize: size, viewportSize } = handle;
    const wentUp = offset < last.current.offset - 1 && size >= last.current.size;
    last.current = { offset, size };
    if (size - offset - viewportSize <= near) stick(true);
    else if (wentUp || !stuck.current) stick(false);
    else toEnd();
  }, [list, stick, toEnd]);

  return { atEnd, toEnd, onScroll };
}

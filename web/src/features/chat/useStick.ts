import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { VListHandle } from 'virtua';

/** Pixels from the end within which a reader counts as being at the end (UX 3). */
const near = 48;

interface Options {
  list: RefObject<VListHandle | null>;
  box: RefObject<HTMLElement | null>;
  rows: number;
  /** The last row is the newest; false in a window on another place. */
  live: boolean;
  /** The row to begin at; without it, the end. */
  start: number | undefined;
}

interface Stick {
  atEnd: boolean;
  toEnd: () => void;
  leave: () => void;
  onScroll: () => void;
}

/**
 * Keeps a reader who is at the end at the end, and leaves everybody else where
 * they are: when rows come, when the keyboard opens, when a row gets its height.
 * Only going up leaves the end; growing below the reader does not. In a hidden
 * tab nobody reads: it stays, so that what came can be read from there (UX 4).
 */
export function useStick({ list, box, rows, live, start }: Options): Stick {
  const [atEnd, setAtEnd] = useState(live && start === undefined);
  const stuck = useRef(atEnd);
  const last = useRef({ offset: 0, size: 0 });

  const stick = useCallback((is: boolean) => {
    stuck.current = is;
    setAtEnd(is);
  }, []);

  const toEnd = useCallback(() => {
    stick(live);
    if (rows > 0) list.current?.scrollToIndex(rows - 1, { align: 'end' });
  }, [list, rows, live, stick]);

  const hold = useCallback(() => {
    if (stuck.current && document.visibilityState === 'visible') toEnd();
  }, [toEnd]);

  useLayoutEffect(hold, [hold]);

  const onScroll = useCallback(() => {
    const handle = list.current;
    if (handle === null) return;
    const { scrollOffset: offset, scrollSize: size, viewportSize } = handle;
    const wentUp = offset < last.current.offset - 1 && size >= last.current.size;
    last.current = { offset, size };
    if (live && size - offset - viewportSize <= near) stick(true);
    else if (wentUp || !stuck.current) stick(false);
    else hold();
  }, [list, live, stick, hold]);

  useEffect(() => {
    const element = box.current;
    const content = element?.querySelector('[role="log"] > *');
    if (!element || !content) return;
    const observer = new ResizeObserver(() => (stuck.current ? hold() : onScroll()));
    observer.observe(element);
    observer.observe(content);
    return () => observer.disconnect();
  }, [box, hold, onScroll]);

  useEffect(() => {
    const back = () => {
      const handle = list.current;
      if (document.visibilityState !== 'visible' || handle === null) return;
      if (handle.scrollSize - handle.scrollOffset - handle.viewportSize > near) stick(false);
    };
    document.addEventListener('visibilitychange', back);
    return () => document.removeEventListener('visibilitychange', back);
  }, [list, stick]);

  const leave = useCallback(() => stick(false), [stick]);
  return { atEnd, toEnd, leave, onScroll };
}

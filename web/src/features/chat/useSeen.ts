import { type RefObject, useCallback, useEffect } from 'react';
import type { VListHandle } from 'virtua';
import type { Row } from './rows';

/** The last row that is wholly above the lower edge of the screen. */
export function lastSeen(handle: VListHandle, rows: Row[]): number {
  const bottom = handle.scrollOffset + handle.viewportSize;
  let index = Math.min(rows.length - 1, handle.findItemIndex(bottom));
  while (index >= 0 && handle.getItemOffset(index) + handle.getItemSize(index) > bottom + 1) index -= 1;
  return index;
}

/**
 * Reports up to where the rows have been scrolled past (UX 4); at the end that is
 * `head`, for what came last may have no row. Returns what to call on a scroll.
 */
export function useSeen(
  list: RefObject<VListHandle | null>,
  box: RefObject<HTMLElement | null>,
  rows: Row[],
  head: number | undefined,
  onSeen: (seq: number) => void,
): () => void {
  const look = useCallback(() => {
    const handle = list.current;
    if (handle === null || handle.viewportSize === 0 || document.visibilityState !== 'visible') return;
    const stored = rows.filter((row) => row.kind !== 'pending');
    const index = lastSeen(handle, stored);
    const seq = index === stored.length - 1 && head !== undefined ? head : stored[index]?.seq;
    if (seq !== undefined) onSeen(seq);
  }, [list, rows, head, onSeen]);

  // What fits the screen is never scrolled: rows that get their height are looked at, too.
  useEffect(() => {
    let frame = 0;
    const soon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(look);
    };
    soon();
    const observer = new ResizeObserver(soon);
    const content = box.current?.querySelector('[role="log"] > *');
    for (const element of [box.current, content]) if (element) observer.observe(element);
    document.addEventListener('visibilitychange', look);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      document.removeEventListener('visibilitychange', look);
    };
  }, [box, look]);
  return look;
}

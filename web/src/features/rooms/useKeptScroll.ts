import { type RefObject, useLayoutEffect, useRef } from 'react';

/** Where each list was left, by its name; for as long as the tab lives. */
const left = new Map<string, number>();

/** A list that is come back to stands where it was left; a new one at its top (UX 21). */
export function useKeptScroll(name: string, ready: boolean): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || !ready) return;
    element.scrollTop = left.get(name) ?? 0;
    const keep = () => left.set(name, element.scrollTop);
    element.addEventListener('scroll', keep, { passive: true });
    return () => element.removeEventListener('scroll', keep);
  }, [name, ready]);
  return box;
}

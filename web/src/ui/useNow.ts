import { useSyncExternalStore } from 'react';

/** One timer per interval, however many clocks are on the screen. */
function ticker(interval: number) {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let now = Date.now();
  return {
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      now = Date.now();
      timer ??= setInterval(() => {
        now = Date.now();
        for (const tell of listeners) tell();
      }, interval);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    snapshot: () => now,
  };
}

const second = ticker(1000);
const halfMinute = ticker(30_000);

/** The time, renewed every second or every half minute; Unix milliseconds. */
export function useNow(every: 'second' | 'half-minute'): number {
  const source = every === 'second' ? second : halfMinute;
  return useSyncExternalStore(source.subscribe, source.snapshot);
}

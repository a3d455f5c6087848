/** Milliseconds between attempts: never less than the floor, never more than the ceiling. */
const floor = 500;
const ceiling = 30_000;

/**
 * Full jitter: anywhere between the floor and a bound that doubles with every
 * failure, so that a thousand pages do not come back in the same instant.
 */
export function backoff(failures: number, random: () => number = Math.random): number {
  const bound = Math.min(ceiling, floor * 2 ** Math.min(failures, 16));
  return Math.round(floor + random() * (bound - floor));
}

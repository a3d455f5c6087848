/** The steps of zooming, as shares of what fills the width. */
const steps = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];

/** The next larger or smaller step; at the ends it stays. */
export function stepZoom(now: number, direction: 1 | -1): number {
  const next = direction > 0 ? steps.find((step) => step > now) : steps.findLast((step) => step < now);
  return next ?? now;
}

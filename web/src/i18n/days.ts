/** A day of the address bar, YYYY-MM-DD; what is none is left out. */
export function readDay(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
  return Number.isNaN(Date.parse(value)) ? undefined : value;
}

/** Midnight where this device is, so many days after a day's own; RFC 3339. */
export function midnight(of: string | undefined, daysLater: number): string | undefined {
  if (of === undefined) return undefined;
  const [year = 0, month = 1, date = 1] = of.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
}

import type { Language } from '.';

/**
 * Formatters are costly to make, so each is made once per language. Clocks run
 * to 24 hours in both.
 */
interface Formats {
  clock: Intl.DateTimeFormat;
  day: Intl.DateTimeFormat;
  dayOfYear: Intl.DateTimeFormat;
  short: Intl.DateTimeFormat;
  full: Intl.DateTimeFormat;
  ago: Intl.RelativeTimeFormat;
  now: string;
  list: Intl.ListFormat;
  number: Intl.NumberFormat;
}

function make(tag: string): Formats {
  const date = { month: 'long', day: 'numeric', weekday: 'short' } as const;
  return {
    clock: new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    day: new Intl.DateTimeFormat(tag, date),
    dayOfYear: new Intl.DateTimeFormat(tag, { ...date, year: 'numeric' }),
    short: new Intl.DateTimeFormat(tag, {
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
    full: new Intl.DateTimeFormat(tag, {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    }),
    ago: new Intl.RelativeTimeFormat(tag, { numeric: 'always', style: 'narrow' }),
    now: new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }).format(0, 'second'),
    list: new Intl.ListFormat(tag, { style: 'short', type: 'conjunction' }),
    number: new Intl.NumberFormat(tag, { maximumFractionDigits: 1 }),
  };
}

const made = new Map<Language, Formats>();

export function formats(language: Language): Formats {
  let found = made.get(language);
  if (found === undefined) {
    found = make(language === 'en' ? 'en-GB' : 'zh-TW');
    made.set(language, found);
  }
  return found;
}

/** The same for all instants of one day where this device is. */
export function dayKey(at: Date): string {
  return `${at.getFullYear()}-${at.getMonth()}-${at.getDate()}`;
}

/** How long ago, in the largest unit that fits. */
export function ago(language: Language, at: number, now: number): string {
  const minutes = Math.max(0, Math.floor((now - at) / 60_000));
  const { ago: format, now: thisMoment } = formats(language);
  if (minutes === 0) return thisMoment;
  if (minutes < 60) return format.format(-minutes, 'minute');
  if (minutes < 24 * 60) return format.format(-Math.floor(minutes / 60), 'hour');
  return format.format(-Math.floor(minutes / 1440), 'day');
}

/** Elapsed time as a clock: HH:MM:SS, or days and HH:MM. */
export function elapsed(milliseconds: number): { days: number; clock: string } {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const parts = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const clock = (days > 0 ? parts.slice(0, 2) : parts).map(two).join(':');
  return { days, clock };
}

const units = ['B', 'KB', 'MB', 'GB'] as const;

export function fileSize(language: Language, bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${formats(language).number.format(value)} ${units[unit]}`;
}

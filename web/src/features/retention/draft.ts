import type { RetentionDays, Severity } from '@/api/types';

/** Lowest last: what weighs most is asked first. */
export const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] as const satisfies readonly Severity[];

export const least = 30;
export const most = 36500;

/** What stands in the fields; empty is for ever. */
export type Draft = Record<Severity, string>;

export function draftOf(days: RetentionDays): Draft {
  const text = (severity: Severity) => days[severity]?.toString() ?? '';
  return { LOW: text('LOW'), MEDIUM: text('MEDIUM'), HIGH: text('HIGH'), CRITICAL: text('CRITICAL') };
}

export function isDays(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === '') return true;
  const days = Number(trimmed);
  return /^\d+$/.test(trimmed) && days >= least && days <= most;
}

/** The days that a draft means; undefined while one of its fields cannot be. */
export function daysOf(draft: Draft): RetentionDays | undefined {
  if (!severities.every((severity) => isDays(draft[severity]))) return undefined;
  const days: RetentionDays = {};
  for (const severity of severities) {
    if (draft[severity].trim() !== '') days[severity] = Number(draft[severity]);
  }
  return days;
}

export function sameDays(a: RetentionDays, b: RetentionDays): boolean {
  return severities.every((severity) => a[severity] === b[severity]);
}

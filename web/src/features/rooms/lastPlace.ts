import type { Place } from '@/api/types';

const key = 'task-reporter.place';

/** A shared tablet stands where it stands: site and line are typed once. */
export function rememberPlace({ site, line }: Place): void {
  try {
    localStorage.setItem(key, JSON.stringify({ site, line }));
  } catch {
    // not remembered, typed again
  }
}

export function rememberedPlace(): Place {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    const text = (part: unknown) => (typeof part === 'string' ? part : undefined);
    return {
      site: text('site' in value ? value.site : undefined),
      line: text('line' in value ? value.line : undefined),
    };
  } catch {
    return {};
  }
}

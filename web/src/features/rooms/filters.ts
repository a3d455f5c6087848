import type { IncidentType, Severity, Status } from '@/api/types';

export const severities: readonly Severity[] = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];

export const incidentTypes: readonly IncidentType[] = [
  'equipment',
  'quality',
  'material',
  'safety',
  'process',
  'it',
  'other',
];

export const statuses: readonly Status[] = [
  'OPEN',
  'ACKNOWLEDGED',
  'IN_PROGRESS',
  'CONTAINED',
  'RESOLVED',
  'CLOSED',
  'ARCHIVED',
  'CANCELLED',
  'DUPLICATE',
];

/** Rooms on one page of the list. */
export const pageSize = 25;

/** What the address bar says about the list; absent means no limit, or the first page. */
export interface Filters {
  status?: Status[];
  severity?: Severity[];
  q?: string;
  page?: number;
}

function chosen<T extends string>(value: unknown, allowed: readonly T[]): T[] | undefined {
  const values = Array.isArray(value) ? value : [value];
  const known = allowed.filter((one) => values.includes(one));
  return known.length > 0 ? known : undefined;
}

/** Reads the address bar; what makes no sense is left out rather than refused. */
export function readFilters(search: Record<string, unknown>): Filters {
  const page = Number(search.page);
  const q = typeof search.q === 'string' ? search.q.slice(0, 100) : '';
  return {
    status: chosen(search.status, statuses),
    severity: chosen(search.severity, severities),
    q: q === '' ? undefined : q,
    page: Number.isInteger(page) && page > 1 && page <= 4000 ? page : undefined,
  };
}

export function listQuery(filters: Filters) {
  return {
    status: filters.status,
    severity: filters.severity,
    q: filters.q?.trim() || undefined,
    limit: pageSize,
    offset: ((filters.page ?? 1) - 1) * pageSize,
  };
}

export function isFiltered(filters: Filters): boolean {
  return filters.status !== undefined || filters.severity !== undefined || filters.q !== undefined;
}

import type { IncidentType, Role, Severity, Status } from '@/api/types';
import { midnight, readDay } from '@/i18n/days';

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

export const roles: readonly Role[] = ['OWNER', 'EDITOR', 'VIEWER'];

/** Rooms on one page of the list. */
export const pageSize = 25;

/** What the address bar says about the list; absent means no limit, or the first page. */
export interface Filters {
  /** Absent: all but archived ones, unless `archived` brings these back. */
  status?: Status[];
  archived?: true;
  severity?: Severity[];
  type?: IncidentType[];
  role?: Role[];
  line?: string;
  /** Only where I am a member. */
  mine?: true;
  /** Only those assigned to me. */
  assigned?: true;
  /** First and last day of declaration, as YYYY-MM-DD where this device is. */
  since?: string;
  until?: string;
  q?: string;
  page?: number;
}

/** A list without any filter. */
export const noFilters: { [K in keyof Required<Filters>]: undefined } = {
  status: undefined,
  archived: undefined,
  severity: undefined,
  type: undefined,
  role: undefined,
  line: undefined,
  mine: undefined,
  assigned: undefined,
  since: undefined,
  until: undefined,
  q: undefined,
  page: undefined,
};

function chosen<T extends string>(value: unknown, allowed: readonly T[]): T[] | undefined {
  const values = Array.isArray(value) ? value : [value];
  const known = allowed.filter((one) => values.includes(one));
  return known.length > 0 ? known : undefined;
}

function text(value: unknown, max: number): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, max) : undefined;
}

function flag(value: unknown): true | undefined {
  return value === 'true' || value === true ? true : undefined;
}

/** Reads the address bar; what makes no sense is left out rather than refused. */
export function readFilters(search: Record<string, unknown>): Filters {
  const page = Number(search.page);
  return {
    status: chosen(search.status, statuses),
    archived: flag(search.archived),
    severity: chosen(search.severity, severities),
    type: chosen(search.type, incidentTypes),
    role: chosen(search.role, roles),
    line: text(search.line, 80),
    mine: flag(search.mine),
    assigned: flag(search.assigned),
    since: readDay(search.since),
    until: readDay(search.until),
    q: text(search.q, 100),
    page: Number.isInteger(page) && page > 1 && page <= 4000 ? page : undefined,
  };
}

const notArchived = statuses.filter((status) => status !== 'ARCHIVED');

export function listQuery(filters: Filters) {
  return {
    status: filters.status ?? (filters.archived ? undefined : notArchived),
    severity: filters.severity,
    type: filters.type,
    role: filters.role,
    line: filters.line?.trim() || undefined,
    mine: filters.mine,
    assigned: filters.assigned,
    since: midnight(filters.since, 0),
    until: midnight(filters.until, 1),
    q: filters.q?.trim() || undefined,
    limit: pageSize,
    offset: ((filters.page ?? 1) - 1) * pageSize,
  };
}

/** The filters behind the button, as a number to show on it. */
export function countFilters(filters: Filters): number {
  const lists = [filters.status, filters.severity, filters.type, filters.role];
  const others = [filters.line, filters.since, filters.until];
  return (
    lists.reduce((sum, list) => sum + (list?.length ?? 0), 0) +
    others.filter((one) => one !== undefined).length
  );
}

/** Whether the list leaves out what it would show by itself. */
export function isFiltered(filters: Filters): boolean {
  const { mine, assigned, q } = filters;
  return countFilters(filters) > 0 || [mine, assigned, q].some((one) => one !== undefined);
}

/** What one looks at, whatever the order of its parts: a list keeps its place by it. */
export function listName(filters: Filters): string {
  return JSON.stringify(
    Object.entries(filters)
      .filter(([, value]) => value !== undefined)
      .sort(),
  );
}

import type { SystemRole } from '@/api/types';

export const systemRoles: readonly SystemRole[] = ['USER', 'AUDITOR', 'ADMIN'];

/** Accounts that are asked for at once. */
export const pageSize = 50;

/** What the address bar says about the accounts; absent means no limit. */
export interface AccountFilters {
  q?: string;
  system_role?: SystemRole;
  disabled?: boolean;
}

/** Reads the address bar; what makes no sense is left out rather than refused. */
export function readAccountFilters(search: Record<string, unknown>): AccountFilters {
  const { q, system_role, disabled } = search;
  const said = { true: true, false: false } as const;
  return {
    q: typeof q === 'string' && q !== '' ? q.slice(0, 100) : undefined,
    system_role: systemRoles.find((one) => one === system_role),
    disabled: said[String(disabled) as keyof typeof said],
  };
}

import { api } from '@/api/client';
import { RequestFailed, troubleOf } from '@/api/problem';
import { save } from '@/api/save';
import { type AuditFilters, auditQuery } from './filters';

/** Saves all rows that the filters keep, as JSON lines. */
export async function downloadTrail(filters: AuditFilters): Promise<void> {
  const { data, error, response } = await api.GET('/api/admin/audit/export', {
    params: { query: auditQuery(filters) },
    parseAs: 'blob',
  });
  if (data === undefined) throw new RequestFailed(troubleOf(error));
  save(data, response);
}

import { api } from '@/api/client';
import { RequestFailed, troubleOf } from '@/api/problem';
import { type AuditFilters, auditQuery } from './filters';

/** The name that the server gives to what it sends. */
function nameIn(disposition: string | null): string {
  return /filename="([^"]+)"/.exec(disposition ?? '')?.[1] ?? 'audit.jsonl';
}

/** Gives the browser all rows that the filters keep, as JSON lines; it is kept in memory until it is whole. */
export async function downloadTrail(filters: AuditFilters): Promise<void> {
  const { data, error, response } = await api.GET('/api/admin/audit/export', {
    params: { query: auditQuery(filters) },
    parseAs: 'blob',
  });
  if (data === undefined) throw new RequestFailed(troubleOf(error));
  const url = URL.createObjectURL(data);
  const link = document.createElement('a');
  link.href = url;
  link.download = nameIn(response.headers.get('Content-Disposition'));
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser may still be reading it
}

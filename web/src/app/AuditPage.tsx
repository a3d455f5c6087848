import { useNavigate, useSearch } from '@tanstack/react-router';
import { Audit } from '@/features/audit';

export function AuditPage() {
  const filters = useSearch({ from: '/in/admin/audit' });
  const navigate = useNavigate();
  return (
    <Audit
      filters={filters}
      onChange={(change) => void navigate({ to: '/admin/audit', search: { ...filters, ...change } })}
    />
  );
}

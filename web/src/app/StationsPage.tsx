import { useNavigate, useSearch } from '@tanstack/react-router';
import { useSession } from '@/api/session';
import { can } from '@/features/members';
import { Stations } from '@/features/stations';

export function StationsPage() {
  const user = useSession((session) => session.user);
  const sheet = useSearch({ from: '/in/admin/stations' });
  const navigate = useNavigate();
  return (
    user && (
      <Stations
        sheet={sheet}
        mayPrint={can(user, undefined, 'manage_templates')}
        onChange={(change) =>
          void navigate({ to: '.', search: (before) => ({ ...before, ...change }), replace: true })
        }
      />
    )
  );
}

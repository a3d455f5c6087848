import { useSession } from '@/api/session';
import { can } from '@/features/members';
import { Retention } from '@/features/retention';

export function RetentionPage() {
  const user = useSession((session) => session.user);
  return user && <Retention mayManage={can(user, undefined, 'manage_retention')} />;
}

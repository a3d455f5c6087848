import { useSession } from '@/api/session';
import { Cluster } from '@/features/cluster';
import { can } from '@/features/members';

export function ClusterPage() {
  const user = useSession((session) => session.user);
  return user && <Cluster mayDrain={can(user, undefined, 'drain_node')} />;
}

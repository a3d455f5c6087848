import type { Member, Role, User } from '@/api/types';
import { can } from './can';

/** Why the state of the room forbids what the role would allow; the key of a text. */
export type Why = 'lastOwner' | 'ownerTransfers' | 'noSelfRaise' | 'archived';

/** Whether to offer something: not at all, or yes, or greyed with its reason. */
export type Verdict = 'hidden' | 'allowed' | Why;

const rank: Record<Role, number> = { OWNER: 3, EDITOR: 2, VIEWER: 1 };

export interface Standing {
  me: Pick<User, 'user_id' | 'system_role'>;
  /** Mine, absent where I am no member. */
  role?: Role;
  members: readonly Pick<Member, 'user_id' | 'role'>[];
  archived: boolean;
}

type Target = Pick<Member, 'user_id' | 'role'>;

function unown({ me, members }: Standing, target: Target): Verdict {
  if (me.system_role !== 'ADMIN') return 'ownerTransfers';
  const others = members.some((one) => one.role === 'OWNER' && one.user_id !== target.user_id);
  return others ? 'allowed' : 'lastOwner';
}

/** As incident.Members.MaySetRole. */
export function maySetRole(standing: Standing, target: Target, to: Role): Verdict {
  const { me, role, archived } = standing;
  if (!can(me, role, 'manage_members')) return 'hidden';
  if (archived) return 'archived';
  if (me.user_id === target.user_id && rank[to] > rank[target.role]) return 'noSelfRaise';
  if (target.role === 'OWNER' && to !== 'OWNER') return unown(standing, target);
  return 'allowed';
}

/** As incident.Members.MayRemove; of oneself it is leaving. */
export function mayRemove(standing: Standing, target: Target): Verdict {
  const { me, role, archived } = standing;
  const own = me.user_id === target.user_id;
  if (!can(me, role, own ? 'leave' : 'manage_members')) return 'hidden';
  if (archived) return 'archived';
  return target.role === 'OWNER' ? unown(standing, target) : 'allowed';
}

/** Whose ownership I could hand on: mine, or as an ADMIN that of the only owner. */
export function ownershipOf({ me, role, members }: Standing): string | undefined {
  if (role === 'OWNER') return me.user_id;
  if (!can(me, role, 'transfer')) return undefined;
  const owners = members.filter((one) => one.role === 'OWNER');
  return owners.length === 1 ? owners[0]?.user_id : undefined;
}

/** As incident.Members.MayTransfer. */
export function mayTransfer(standing: Standing, target: Target): Verdict {
  const { me, archived } = standing;
  const from = ownershipOf(standing);
  if (from === undefined || from === target.user_id) return 'hidden';
  if (archived) return 'archived';
  return me.user_id === target.user_id ? 'noSelfRaise' : 'allowed';
}

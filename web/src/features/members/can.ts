import type { Role, User } from '@/api/types';

/** The acts of the table "who may do what" that this page offers. The server always decides. */
export type Act =
  | 'declare'
  | 'read'
  | 'post'
  | 'upload'
  | 'delete_own_file'
  | 'delete_any_file'
  | 'add_viewer'
  | 'add_member'
  | 'read_audit'
  | 'read_cluster'
  | 'drain_node';

type Who = Role | User['system_role'];

/** Who may do what: by role in the room, or by system role alone. */
const table: Record<Act, readonly Who[]> = {
  declare: ['USER', 'ADMIN'],
  read: ['OWNER', 'EDITOR', 'VIEWER', 'ADMIN', 'AUDITOR'],
  post: ['OWNER', 'EDITOR'],
  upload: ['OWNER', 'EDITOR'],
  delete_own_file: ['OWNER', 'EDITOR', 'VIEWER'],
  delete_any_file: ['OWNER'],
  add_viewer: ['OWNER', 'EDITOR', 'ADMIN'],
  add_member: ['OWNER', 'ADMIN'],
  read_audit: ['ADMIN', 'AUDITOR'],
  read_cluster: ['ADMIN', 'AUDITOR'],
  drain_node: ['ADMIN'],
};

/** Whether a user who has `role` in the room concerned may do `act`. */
export function can(user: Pick<User, 'system_role'>, role: Role | undefined, act: Act): boolean {
  const who = table[act];
  return (role !== undefined && who.includes(role)) || who.includes(user.system_role);
}

/** The roles that somebody may give to a person they bring in. */
export function rolesToGive(user: Pick<User, 'system_role'>, role: Role | undefined): Role[] {
  if (can(user, role, 'add_member')) return ['EDITOR', 'VIEWER', 'OWNER'];
  return can(user, role, 'add_viewer') ? ['VIEWER'] : [];
}

/** A file goes by the hand of its uploader or of an owner of the room. */
export function canDeleteFile(user: User, role: Role | undefined, uploaderId: string): boolean {
  const own = user.user_id === uploaderId;
  return can(user, role, 'delete_any_file') || (own && can(user, role, 'delete_own_file'));
}

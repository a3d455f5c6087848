import type { Role, User } from '@/api/types';

type Who = Role | User['system_role'];

const members: readonly Who[] = ['OWNER', 'EDITOR', 'VIEWER'];
const anyone: readonly Who[] = ['USER', 'ADMIN'];

/**
 * The page's copy of the table "who may do what" (incident/can.go), to offer what
 * somebody may do: by role in the room, or by system role alone. The server
 * always decides.
 */
const table = {
  declare: anyone,
  read: [...members, 'ADMIN', 'AUDITOR'],
  export: ['OWNER', 'EDITOR', 'ADMIN', 'AUDITOR'],
  react: members,
  acknowledge: [...members, 'ADMIN'],
  post: ['OWNER', 'EDITOR'],
  upload: ['OWNER', 'EDITOR'],
  delete_own_file: members,
  delete_any_file: ['OWNER', 'ADMIN'],
  delete_any_message: ['OWNER', 'ADMIN'],
  status: ['OWNER', 'EDITOR', 'ADMIN'],
  settings: ['OWNER', 'ADMIN'],
  add_viewer: ['OWNER', 'EDITOR', 'ADMIN'],
  manage_members: ['OWNER', 'ADMIN'],
  transfer: ['OWNER', 'ADMIN'],
  leave: members,
  find_people: [...anyone, 'AUDITOR'],
  read_templates: [...anyone, 'AUDITOR'],
  manage_templates: ['ADMIN'],
  read_users: ['ADMIN', 'AUDITOR'],
  manage_users: ['ADMIN'],
  read_audit: ['ADMIN', 'AUDITOR'],
  read_cluster: ['ADMIN', 'AUDITOR'],
  read_storage: ['ADMIN', 'AUDITOR'],
  drain_node: ['ADMIN'],
  read_retention: ['ADMIN', 'AUDITOR'],
  manage_retention: ['ADMIN'],
  hold_room: ['ADMIN'],
} satisfies Record<string, readonly Who[]>;

export type Act = keyof typeof table;
export const acts = Object.keys(table) as Act[];

/** Whether a user who has `role` in the room concerned may do `act`. */
export function can(user: Pick<User, 'system_role'>, role: Role | undefined, act: Act): boolean {
  const who: readonly Who[] = table[act];
  return (role !== undefined && who.includes(role)) || who.includes(user.system_role);
}

/** The roles that somebody may give to a person they bring in. */
export function rolesToGive(user: Pick<User, 'system_role'>, role: Role | undefined): Role[] {
  if (can(user, role, 'manage_members')) return ['EDITOR', 'VIEWER', 'OWNER'];
  return can(user, role, 'add_viewer') ? ['VIEWER'] : [];
}

/**
 * A file goes by the hand of its uploader or of an owner of the room. Anybody else
 * who may remove it, which is an ADMIN, must say why.
 */
export function canDeleteFile(
  user: User,
  role: Role | undefined,
  uploaderId: string,
): 'no' | 'yes' | 'with-reason' {
  const own = user.user_id === uploaderId;
  const asMember = { system_role: 'USER' } as const;
  if (can(asMember, role, 'delete_any_file')) return 'yes';
  if (own && can(asMember, role, 'delete_own_file')) return 'yes';
  return can(user, role, 'delete_any_file') ? 'with-reason' : 'no';
}

// @vitest-environment node
import { describe, expect, test } from 'vitest';
import type { Role, User } from '@/api/types';
import { type Act, can, canDeleteFile, rolesToGive } from './can';

const systemRoles = ['USER', 'ADMIN', 'AUDITOR'] as const;
const roles: (Role | undefined)[] = ['OWNER', 'EDITOR', 'VIEWER', undefined];

/** The table of incident.Can: per act, the columns of members and of everybody, by system role. */
const expected: Record<Act, { members: Role[]; others: User['system_role'][] }> = {
  declare: { members: [], others: ['USER', 'ADMIN'] },
  read: { members: ['OWNER', 'EDITOR', 'VIEWER'], others: ['ADMIN', 'AUDITOR'] },
  post: { members: ['OWNER', 'EDITOR'], others: [] },
  upload: { members: ['OWNER', 'EDITOR'], others: [] },
  delete_own_file: { members: ['OWNER', 'EDITOR', 'VIEWER'], others: [] },
  delete_any_file: { members: ['OWNER'], others: [] },
  add_viewer: { members: ['OWNER', 'EDITOR'], others: ['ADMIN'] },
  add_member: { members: ['OWNER'], others: ['ADMIN'] },
  read_audit: { members: [], others: ['ADMIN', 'AUDITOR'] },
  read_cluster: { members: [], others: ['ADMIN', 'AUDITOR'] },
  drain_node: { members: [], others: ['ADMIN'] },
};

const cells = (Object.keys(expected) as Act[]).flatMap((act) =>
  systemRoles.flatMap((system) => roles.map((role) => [act, system, role] as const)),
);

describe('UX 20 who may do what', () => {
  test.each(cells)('%s by a %s who is %s', (act, system, role) => {
    const { members, others } = expected[act];
    const allowed = (role !== undefined && members.includes(role)) || others.includes(system);
    expect(can({ system_role: system }, role, act)).toBe(allowed);
  });

  test('F-MB-02: an owner gives any role, an editor only that of a viewer, a viewer none', () => {
    const user = { system_role: 'USER' } as const;
    expect(rolesToGive(user, 'OWNER')).toEqual(['EDITOR', 'VIEWER', 'OWNER']);
    expect(rolesToGive(user, 'EDITOR')).toEqual(['VIEWER']);
    expect(rolesToGive(user, 'VIEWER')).toEqual([]);
    expect(rolesToGive(user, undefined)).toEqual([]);
    expect(rolesToGive({ system_role: 'ADMIN' }, undefined)).toHaveLength(3);
  });

  test('F-DL-03: a file is removed by its uploader or by an owner', () => {
    const me: User = { user_id: 'me', name: '我', username: 'me', system_role: 'USER' };
    expect(canDeleteFile(me, 'EDITOR', 'me')).toBe(true);
    expect(canDeleteFile(me, 'EDITOR', 'other')).toBe(false);
    expect(canDeleteFile(me, 'OWNER', 'other')).toBe(true);
    expect(canDeleteFile(me, undefined, 'me')).toBe(false);
  });
});

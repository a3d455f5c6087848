// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Role, User } from '@/api/types';
import { acts, can, canDeleteFile, rolesToGive } from './can';

const systemRoles = ['USER', 'ADMIN', 'AUDITOR'] as const;
const roles: (Role | undefined)[] = ['OWNER', 'EDITOR', 'VIEWER', undefined];

/** The server's table, read from its source: per act, the columns that are true. */
const source = readFileSync(new URL('../../../../incident/can.go', import.meta.url), 'utf8');
const names = new Map(
  [...source.matchAll(/^\t(Act\w+)\s+Act = "(\w+)"/gm)].map(([, name, act]) => [name, act]),
);
const rules = new Map(
  [...source.matchAll(/^\t(Act\w+):\s+\{(.*)\},$/gm)].map(([, name, columns = '']) => [
    names.get(name),
    new Set([...columns.matchAll(/(\w+): true/g)].map(([, column]) => column)),
  ]),
);

/** As incident.Can reads its table. */
function allowed(act: string, system: User['system_role'], role: Role | undefined): boolean {
  const columns = rules.get(act) ?? new Set();
  if (role !== undefined && columns.has(role.toLowerCase())) return true;
  if (system === 'AUDITOR') return columns.has('auditor');
  return columns.has('anyone') || (system === 'ADMIN' && columns.has('admin'));
}

const cells = [...rules.keys()].flatMap((act) =>
  systemRoles.flatMap((system) => roles.map((role) => [act as (typeof acts)[number], system, role] as const)),
);

describe('UX 20 who may do what', () => {
  test('the page knows the acts of the server, all of them', () => {
    expect([...rules.keys()].sort()).toEqual([...acts].sort());
    expect(cells.length).toBeGreaterThan(200);
  });

  test.each(cells)('%s by a %s who is %s', (act, system, role) => {
    expect(can({ system_role: system }, role, act)).toBe(allowed(act, system, role));
  });

  test('F-MB-02: an owner gives any role, an editor only that of a viewer, a viewer none', () => {
    const user = { system_role: 'USER' } as const;
    expect(rolesToGive(user, 'OWNER')).toEqual(['EDITOR', 'VIEWER', 'OWNER']);
    expect(rolesToGive(user, 'EDITOR')).toEqual(['VIEWER']);
    expect(rolesToGive(user, 'VIEWER')).toEqual([]);
    expect(rolesToGive(user, undefined)).toEqual([]);
    expect(rolesToGive({ system_role: 'ADMIN' }, undefined)).toHaveLength(3);
  });

  test('F-DL-03: a file is removed by its uploader or by an owner, by an ADMIN with a reason', () => {
    const me: User = { user_id: 'me', name: '我', username: 'me', system_role: 'USER' };
    expect(canDeleteFile(me, 'EDITOR', 'me')).toBe('yes');
    expect(canDeleteFile(me, 'EDITOR', 'other')).toBe('no');
    expect(canDeleteFile(me, 'OWNER', 'other')).toBe('yes');
    expect(canDeleteFile(me, undefined, 'me')).toBe('no');
    const admin: User = { ...me, system_role: 'ADMIN' };
    expect(canDeleteFile(admin, undefined, 'other')).toBe('with-reason');
    expect(canDeleteFile(admin, 'OWNER', 'other')).toBe('yes');
  });
});

// @vitest-environment node
import { describe, expect, test } from 'vitest';
import type { Role, User } from '@/api/types';
import { mayRemove, maySetRole, mayTransfer, ownershipOf, type Standing } from './rules';

const owner = { user_id: 'o', role: 'OWNER' } as const;
const second = { user_id: 'o2', role: 'OWNER' } as const;
const editor = { user_id: 'e', role: 'EDITOR' } as const;
const viewer = { user_id: 'v', role: 'VIEWER' } as const;

function as(
  who: string,
  role?: Role,
  system: User['system_role'] = 'USER',
  members: Standing['members'] = [owner, editor, viewer],
): Standing {
  return { me: { user_id: who, system_role: system }, role, members, archived: false };
}

describe('F-MB-03, UX 20: what is offered in the list of members', () => {
  test('an owner changes and removes everybody but owners', () => {
    const me = as('o', 'OWNER', 'USER', [owner, second, editor]);
    expect(maySetRole(me, editor, 'VIEWER')).toBe('allowed');
    expect(maySetRole(me, editor, 'OWNER')).toBe('allowed');
    expect(mayRemove(me, editor)).toBe('allowed');
    expect(maySetRole(me, second, 'EDITOR')).toBe('ownerTransfers');
    expect(mayRemove(me, second)).toBe('ownerTransfers');
    expect(mayRemove(me, owner)).toBe('ownerTransfers');
  });

  test('editors and viewers leave, and nothing else', () => {
    for (const member of [editor, viewer]) {
      const me = as(member.user_id, member.role);
      expect(mayRemove(me, member)).toBe('allowed');
      expect(mayRemove(me, owner)).toBe('hidden');
      expect(maySetRole(me, member, 'OWNER')).toBe('hidden');
      expect(mayTransfer(me, owner)).toBe('hidden');
    }
  });

  test('F-MB-04: an administrator takes an ownership, never the last one', () => {
    const members = [owner, second, editor];
    expect(mayRemove(as('a', undefined, 'ADMIN', members), owner)).toBe('allowed');
    expect(maySetRole(as('a', undefined, 'ADMIN'), owner, 'EDITOR')).toBe('lastOwner');
    expect(mayRemove(as('a', undefined, 'ADMIN'), owner)).toBe('lastOwner');
  });

  test('nobody raises themselves', () => {
    const me = as('e', 'EDITOR', 'ADMIN');
    expect(maySetRole(me, editor, 'OWNER')).toBe('noSelfRaise');
    expect(mayTransfer(me, editor)).toBe('noSelfRaise');
    expect(maySetRole(me, editor, 'VIEWER')).toBe('allowed');
  });

  test('ownership is handed on by its owner, or by an administrator where it is clear whose', () => {
    expect(mayTransfer(as('o', 'OWNER'), editor)).toBe('allowed');
    expect(mayTransfer(as('o', 'OWNER'), owner)).toBe('hidden');
    expect(ownershipOf(as('a', undefined, 'ADMIN'))).toBe('o');
    expect(ownershipOf(as('a', undefined, 'ADMIN', [owner, second]))).toBeUndefined();
  });

  test('an archived room stays as it is', () => {
    const me = { ...as('o', 'OWNER'), archived: true };
    expect(maySetRole(me, editor, 'VIEWER')).toBe('archived');
    expect(mayRemove(me, editor)).toBe('archived');
    expect(mayTransfer(me, editor)).toBe('archived');
  });
});

import { describe, expect, test } from 'vitest';
import { li, member, wang } from '@/testing/events';
import { callees, calls, matching, mentionsIn, openMention, textParts } from './mentions';

const liNa = { user_id: 'u-lina', name: '李工程師' };
const members = [member(wang, 'OWNER'), member(li, 'EDITOR'), member(liNa, 'VIEWER')];

describe('F-RT-11 whom a text calls', () => {
  test.each([
    ['請 @李工 來看', { users: ['u-li'] }],
    ['請@李工程師來看', { users: ['u-lina'] }],
    ['@李工 @王小明', { users: ['u-wang', 'u-li'] }],
    ['@所有人 停機', { all: true }],
    ['@everyone stop', { all: true }],
    ['@負責人 @李工', { roles: ['OWNER'], users: ['u-li'] }],
    ['@Owner please', { roles: ['OWNER'] }],
    ['李工 a@b.com @陳工', undefined],
  ])('%s', (text, mentions) => {
    expect(mentionsIn(text, members)).toEqual(mentions);
  });

  test('me by name, by my role, or with all; nobody who is no member by all', () => {
    expect(calls({ users: ['u-li'] }, 'u-li', 'EDITOR')).toBe(true);
    expect(calls({ roles: ['EDITOR'] }, 'u-li', 'EDITOR')).toBe(true);
    expect(calls({ roles: ['OWNER'] }, 'u-li', 'EDITOR')).toBe(false);
    expect(calls({ all: true }, 'u-li', 'VIEWER')).toBe(true);
    expect(calls({ all: true }, 'u-li', undefined)).toBe(false);
    expect(calls(undefined, 'u-li', 'OWNER')).toBe(false);
  });

  test('the parts of a text make the text, calls apart', () => {
    const parts = textParts('請 @李工 和 @王小明', { users: ['u-li'] }, members);
    expect(parts.map((part) => [part.text, part.called?.key])).toEqual([
      ['請 ', undefined],
      ['@李工', 'u-li'],
      [' 和 @王小明', undefined],
    ]);
  });
});

describe('UX 16 what is looked for', () => {
  test.each([
    ['@', { from: 0, query: '' }],
    ['請@李', { from: 1, query: '李' }],
    ['see @wa', { from: 4, query: 'wa' }],
    ['mail a@b', undefined],
    ['@李工 ', undefined],
  ])('after "%s"', (text, open) => {
    expect(openMention(text, text.length)).toEqual(open);
  });

  test('members first, then roles, then all; beginnings first', () => {
    expect(callees(members, 'zh-Hant').map((one) => one.kind)).toEqual([
      'user',
      'user',
      'user',
      'role',
      'role',
      'role',
      'all',
    ]);
    expect(matching(callees(members, 'zh-Hant'), '李').map((one) => one.name)).toEqual(['李工', '李工程師']);
    expect(matching(callees(members, 'zh-Hant'), '人')[0]?.name).toBe('負責人');
  });
});

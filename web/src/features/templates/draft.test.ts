// @vitest-environment node
import { describe, expect, test } from 'vitest';
import { bodyOf, draftOf, gaps, moved, newLine } from './draft';

describe('F-TP-02: a template while it is written', () => {
  test('lines move up and down, and stay where there is no further place', () => {
    expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], 1, 2)).toEqual(['a', 'b']);
  });

  test('speaks both languages', () => {
    const line = newLine('隔離', ' ');
    const draft = { ...draftOf(), name_zh: '品質', title_en: '', checklist: [line] };
    expect(gaps(draft)).toEqual(new Set(['name_en', 'title_en', `${line.key}.en`]));
  });

  test('is sent trimmed, without what only the form needs', () => {
    const draft = {
      ...draftOf(),
      name_zh: ' 品質 ',
      members: [{ user_id: 'u', name: '李工', role: 'EDITOR' as const }],
      checklist: [newLine(' 隔離 ', 'Set apart')],
    };
    expect(bodyOf(draft, 3)).toMatchObject({
      version: 3,
      name_zh: '品質',
      members: [{ user_id: 'u', role: 'EDITOR' }],
      checklist: [{ zh: '隔離', en: 'Set apart' }],
    });
    expect(bodyOf(draft, 3).members[0]).not.toHaveProperty('name');
    expect(bodyOf(draft, 3).checklist[0]).not.toHaveProperty('key');
  });
});

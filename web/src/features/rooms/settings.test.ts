// @vitest-environment node
import { describe, expect, test } from 'vitest';
import { li, room, wang } from '@/testing/events';
import { differences, draftOf, patchOf, rebase } from './settings';

const base = room({ version: 4, assignee: wang, tags: ['油'] });

describe('F-RM-03: a change', () => {
  test('says only what was changed, with the version that was seen', () => {
    const draft = { ...draftOf(base), severity: 'LOW' as const, assignee: '', title: ` ${base.title} ` };
    expect(patchOf(base, draft)).toEqual({ version: 4, severity: 'LOW', assignee: '' });
    expect(patchOf(base, draftOf(base))).toBeUndefined();
  });

  test('sends a place whole, so that a part can be emptied', () => {
    expect(patchOf(base, { ...draftOf(base), station: '' })?.place).toEqual({
      site: '一廠',
      line: '三線',
      station: '',
      equipment: '',
    });
  });
});

describe('F-RM-10: a change that somebody else was faster with', () => {
  test('keeps what was typed and takes over what was not touched', () => {
    const draft = { ...draftOf(base), title: '我的標題' };
    const latest = room({ version: 5, severity: 'LOW', assignee: li, tags: ['油'] });
    const next = rebase(draft, base, latest);
    expect(next.contested).toEqual([]);
    expect(next.draft).toEqual({ ...draftOf(latest), title: '我的標題' });
    expect(patchOf(latest, next.draft)).toEqual({ version: 5, title: '我的標題' });
  });

  test('names the fields that both changed, unless to the same', () => {
    const draft = { ...draftOf(base), title: '我的標題', lot: 'A1' };
    const latest = room({ version: 5, title: '別人的標題', lot: 'A1', assignee: wang, tags: ['油'] });
    const next = rebase(draft, base, latest);
    expect(next.contested).toEqual(['title']);
    expect(next.draft.title).toBe('我的標題');
    expect(differences(draftOf(latest), next.draft)).toEqual(['title']);
  });
});

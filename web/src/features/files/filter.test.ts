// @vitest-environment node
import { describe, expect, test } from 'vitest';
import type { File } from '@/api/types';
import { isFiltered, isNarrow, keeps, readEvidenceFilter } from './filter';

const file = {
  filename: 'ＡＸＩＳ-主軸.JPG',
  description: '油從這裡滴',
  file_type: 'image',
  uploader: { user_id: 'u-li', name: '李工' },
} as File;

describe('F-UI-05, UX 21 what of the evidence is shown', () => {
  test('is read from the address, and what makes no sense there is left out', () => {
    expect(readEvidenceFilter({ filetype: 'log', by: 'u-li', name: '主軸' })).toEqual({
      filetype: 'log',
      by: 'u-li',
      name: '主軸',
    });
    expect(readEvidenceFilter({ filetype: 'exe', by: ['a', 'b'], name: '' })).toEqual({});
    expect(readEvidenceFilter({ name: 'x'.repeat(300) }).name).toHaveLength(100);
  });

  test.each([
    ['nothing', {}, true],
    ['its kind', { filetype: 'image' }, true],
    ['another kind', { filetype: 'log' }, false],
    ['its uploader', { by: 'u-li' }, true],
    ['another uploader', { by: 'u-wang' }, false],
    ['a part of its name in another case and width', { name: ' axis-主' }, true],
    ['a part of its description', { name: '滴' }, true],
    ['another name', { name: '幫浦' }, false],
    ['all of it', { filetype: 'image', by: 'u-li', name: 'jpg' }, true],
  ] as const)('%s', (_, filter, kept) => {
    expect(keeps(filter, file)).toBe(kept);
  });

  test('only kinds are left to the server', () => {
    expect(isNarrow({ filetype: 'log' })).toBe(false);
    expect(isFiltered({ filetype: 'log' })).toBe(true);
    expect(isNarrow({ name: '  ' })).toBe(false);
    expect(isNarrow({ by: 'u-li' })).toBe(true);
  });
});

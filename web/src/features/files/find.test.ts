// @vitest-environment node
import { describe, expect, test } from 'vitest';
import { linesWith, nextHit, parts } from './find';

describe('F-UI-06 finding in a log', () => {
  test('a line is cut around every match, and put together again reads as before', () => {
    const line = 'Axis AXIS axis-1 主軸';
    const found = parts(line, 'axis');
    expect(found.filter((part) => part.match).map((part) => part.text)).toEqual(['Axis', 'AXIS', 'axis']);
    expect(found.map((part) => part.text).join('')).toBe(line);
    expect(found.map((part) => part.at)).toEqual([0, 4, 5, 9, 10, 14]);
  });

  test('what is looked for is no pattern', () => {
    expect(linesWith([{ text: 'a.b' }, { text: 'axb' }, { text: 'a.b (c' }], 'a.b (')).toEqual([2]);
    expect(linesWith([{ text: '主軸過熱' }], '軸過')).toEqual([0]);
  });

  test('nothing looked for matches nothing', () => {
    expect(parts('abc', '')).toEqual([{ at: 0, text: 'abc', match: false }]);
    expect(parts('', 'x')).toEqual([{ at: 0, text: '', match: false }]);
    expect(linesWith([{ text: 'abc' }], '')).toEqual([]);
  });

  test.each([
    [3, 1, 5],
    [5, 1, 9],
    [9, 1, 1],
    [5, -1, 1],
    [1, -1, 9],
  ] as const)('from line %i in direction %i the hit is line %i, around the ends', (line, direction, hit) => {
    expect(nextHit([1, 5, 9], line, direction)).toBe(hit);
  });

  test('no hits, nowhere to go', () => {
    expect(nextHit([], 3, 1)).toBeUndefined();
  });
});

// @vitest-environment node
import { expect, test } from 'vitest';
import { linkOf, maxPart, readSheet, stationsOf } from './sheet';

test('a sheet is read from its address; what makes no sense is left out', () => {
  expect(readSheet({ site: '一廠', line: '三線', station: ['站 07', '站 08'] })).toEqual({
    site: '一廠',
    line: '三線',
    station: ['站 07', '站 08'],
  });
  expect(readSheet({ site: ['a', 'b'], line: '', station: '站 07' })).toEqual({ station: ['站 07'] });
  expect(readSheet({})).toEqual({});
});

test('a station for every line that says something, each once and no longer than a place takes', () => {
  expect(stationsOf(['站 07 ', '', '站 08', ' 站 07'])).toEqual(['站 07', '站 08']);
  expect(stationsOf(['', ' '])).toBeUndefined();
  expect(stationsOf(['站'.repeat(maxPart + 1)])).toEqual(['站'.repeat(maxPart)]);
  expect(stationsOf(Array.from({ length: 101 }, (_, n) => `${n}`))).toHaveLength(100);
});

test('a link says the place as far as it is known', () => {
  const full = new URL(linkOf('https://plant.example', { site: '一廠', line: '三線' }, '站 07'));
  expect(full.pathname).toBe('/declare');
  expect([...full.searchParams]).toEqual([
    ['site', '一廠'],
    ['line', '三線'],
    ['station', '站 07'],
  ]);
  const bare = new URL(linkOf('https://plant.example', { line: ' ' }, '站 07'));
  expect([...bare.searchParams]).toEqual([['station', '站 07']]);
});

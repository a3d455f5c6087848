// @vitest-environment node
import { describe, expect, test } from 'vitest';
import type { Hit } from '@/api/types';
import { byDay, isWorthAsking, readTerms, searchQuery } from './terms';

const id = '0192f0c1-0000-7000-8000-000000000001';

describe('UX 21: the address of a search', () => {
  test('says all that limits it', () => {
    const terms = {
      q: '漏油',
      kind: ['message', 'file'],
      room: id,
      from: id,
      since: '2026-07-01',
      until: '2026-07-18',
    };
    expect(readTerms(terms)).toEqual(terms);
  });

  test.each([
    [{ kind: 'person' }],
    [{ room: 'x', from: '../../' }],
    [{ since: 'yesterday', until: '2026-13-45' }],
    [{ q: ['a'] }],
  ])('leaves out what makes no sense: %j', (search) => {
    expect(Object.values(readTerms(search)).filter((value) => value !== undefined)).toEqual([]);
  });

  test('the last day belongs to the search', () => {
    const { since, until } = searchQuery({ q: 'a', since: '2026-07-18', until: '2026-07-18' }, undefined);
    expect(Date.parse(until ?? '') - Date.parse(since ?? '')).toBe(24 * 3600 * 1000);
  });
});

test.each([
  [undefined, false],
  ['  ', false],
  ['漏', false],
  ['漏油', true],
  ['A', true],
  ['42', true],
])('F-RT-11: %j is worth asking: %s', (q, worth) => {
  expect(isWorthAsking(q)).toBe(worth);
});

test('hits stand under their day, in the order they came', () => {
  const hit = (day: number, hour: number) =>
    ({ at: new Date(2026, 6, day, hour).toISOString(), message_id: `${day}-${hour}` }) as Hit;
  const days = byDay([hit(18, 9), hit(18, 8), hit(17, 23)]);
  expect(days.map((day) => day.hits.map((one) => one.message_id))).toEqual([['18-9', '18-8'], ['17-23']]);
});

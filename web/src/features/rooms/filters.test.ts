// @vitest-environment node
import { expect, test } from 'vitest';
import { isFiltered, listQuery, readFilters } from './filters';

test('UX 21: the address is read as far as it makes sense', () => {
  expect(
    readFilters({ status: 'OPEN', severity: ['LOW', 'CRITICAL', 'HUGE'], q: '三線', page: '3' }),
  ).toEqual({
    status: ['OPEN'],
    severity: ['CRITICAL', 'LOW'],
    q: '三線',
    page: 3,
  });
  expect(readFilters({ status: 'NO', page: '-1', q: '' })).toEqual({});
  expect(readFilters({ page: '1' }).page).toBeUndefined();
});

test('F-RM-06: a page is a stretch of the list', () => {
  expect(listQuery({ page: 3 })).toMatchObject({ limit: 25, offset: 50 });
  expect(listQuery({})).toMatchObject({ offset: 0 });
});

test('a page number alone is no filter', () => {
  expect(isFiltered({ page: 2 })).toBe(false);
  expect(isFiltered({ q: 'x' })).toBe(true);
});

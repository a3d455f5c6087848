// @vitest-environment node
import { describe, expect, test } from 'vitest';
import { countFilters, isFiltered, listName, listQuery, readFilters } from './filters';

const read = (search: Record<string, unknown>) => JSON.parse(JSON.stringify(readFilters(search)));

describe('UX 21, F-RM-04: the address', () => {
  test('is read as far as it makes sense', () => {
    expect(read({ status: 'OPEN', severity: ['LOW', 'CRITICAL', 'HUGE'], q: '三線', page: '3' })).toEqual({
      status: ['OPEN'],
      severity: ['CRITICAL', 'LOW'],
      q: '三線',
      page: 3,
    });
    expect(read({ status: 'NO', page: '-1', q: '', mine: 'maybe', since: '2026-13-01' })).toEqual({});
    expect(readFilters({ page: '1' }).page).toBeUndefined();
  });

  test('says type, line, role, mine, assigned and days', () => {
    const search = {
      type: ['quality'],
      role: 'OWNER',
      line: '三線',
      mine: 'true',
      assigned: 'true',
      archived: 'true',
      since: '2026-07-18',
      until: '2026-07-19',
    };
    expect(read(search)).toEqual({ ...search, role: ['OWNER'], mine: true, assigned: true, archived: true });
  });
});

describe('what is asked for', () => {
  test('F-RM-06: a page is a stretch of the list', () => {
    expect(listQuery({ page: 3 })).toMatchObject({ limit: 25, offset: 50 });
    expect(listQuery({})).toMatchObject({ offset: 0 });
  });

  test('archived rooms only on request', () => {
    expect(listQuery({}).status).not.toContain('ARCHIVED');
    expect(listQuery({}).status).toHaveLength(8);
    expect(listQuery({ archived: true }).status).toBeUndefined();
    expect(listQuery({ status: ['ARCHIVED'] }).status).toEqual(['ARCHIVED']);
  });

  test('days are whole days here', () => {
    const { since, until } = listQuery({ since: '2026-07-18', until: '2026-07-18' });
    expect(Date.parse(until ?? '') - Date.parse(since ?? '')).toBe(24 * 3_600_000);
    expect(new Date(since ?? '').getHours()).toBe(0);
  });
});

test('a page number alone is no filter', () => {
  expect(isFiltered({ page: 2 })).toBe(false);
  expect(isFiltered({ archived: true })).toBe(false);
  expect(isFiltered({ q: 'x' })).toBe(true);
  expect(isFiltered({ mine: true })).toBe(true);
  expect(countFilters({ status: ['OPEN', 'CLOSED'], line: '三線', q: 'x' })).toBe(3);
});

test('a list is the same whatever the order of its filters', () => {
  expect(listName({ q: 'x', mine: true })).toBe(listName({ mine: true, q: 'x', page: undefined }));
  expect(listName({ q: 'x', page: 2 })).not.toBe(listName({ q: 'x' }));
});

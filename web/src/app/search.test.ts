// @vitest-environment node
import { expect, test } from 'vitest';
import { parseSearch, stringifySearch } from './search';

test('what is in the address comes back as it was', () => {
  const search = { status: ['OPEN', 'CLOSED'], q: '三線 & 站', page: '2' };
  expect(parseSearch(stringifySearch(search))).toEqual(search);
});

test('what is not set leaves no trace', () => {
  expect(stringifySearch({ q: undefined, status: [], page: '' })).toBe('');
});

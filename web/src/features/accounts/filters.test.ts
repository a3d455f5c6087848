// @vitest-environment node
import { expect, test } from 'vitest';
import { readAccountFilters } from './filters';

test.each([
  ['nothing', {}, {}],
  [
    'all of them',
    { q: '王', system_role: 'ADMIN', disabled: 'true' },
    { q: '王', system_role: 'ADMIN', disabled: true },
  ],
  ['those that may sign in', { disabled: 'false' }, { disabled: false }],
  ['nonsense', { q: '', system_role: 'KING', disabled: 'perhaps' }, {}],
  ['what is written twice', { q: ['a', 'b'], system_role: ['USER'] }, {}],
])('UX 21: the address says which accounts are shown: %s', (_, search, filters) => {
  expect(readAccountFilters(search)).toEqual({
    q: undefined,
    system_role: undefined,
    disabled: undefined,
    ...filters,
  });
});

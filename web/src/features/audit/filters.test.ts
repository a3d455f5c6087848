// @vitest-environment node
import { describe, expect, test } from 'vitest';
import { auditQuery, noFilters, partsOf, readAuditFilters } from './filters';

const id = '0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10';

describe('F-SE-05 the address of the audit trail', () => {
  test('says what is shown', () => {
    const search = {
      act: 'login',
      user: id,
      target: `room ${id}`,
      outcome: 'refused',
      address: '10.0.0.7',
      since: '2026-03-01',
      until: '2026-03-05',
    };
    expect(readAuditFilters(search)).toEqual(search);
  });

  test('leaves out what makes no sense', () => {
    const search = { act: ['a', 'b'], user: 'wang', target: ' ', outcome: 'maybe', since: 'yesterday' };
    expect(readAuditFilters(search)).toEqual(noFilters);
  });

  test('asks for whole days of this device, the last one included', () => {
    const { since, until } = auditQuery({ since: '2026-03-01', until: '2026-03-01' });
    expect(since).toBe(new Date(2026, 2, 1).toISOString());
    expect(until).toBe(new Date(2026, 2, 2).toISOString());
  });
});

test.each([
  [`room ${id}`, id, ''],
  [`room ${id} member x VIEWER`, id, 'member x VIEWER'],
  [`room ${id}x`, undefined, `room ${id}x`],
  ['user 17', undefined, 'user 17'],
  ['GET /api/admin/audit', undefined, 'GET /api/admin/audit'],
])('a target names the room that it is about: %s', (target, roomId, text) => {
  expect(partsOf(target)).toEqual({ roomId, text });
});

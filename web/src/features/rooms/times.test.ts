// @vitest-environment node
import { expect, test } from 'vitest';
import { minute, room } from '@/testing/events';
import { endOf, milestones } from './times';

test('F-RM-08: what was reached, in the order of time, with how long it took', () => {
  const steps = milestones(room({ resolved_at: minute(30), acknowledged_at: minute(2) }));
  expect(steps).toEqual([
    { step: 'declared', at: minute(0) },
    { step: 'acknowledged', at: minute(2), after: 120_000 },
    { step: 'resolved', at: minute(30), after: 1_800_000 },
  ]);
});

test('UX 18: the clock stops when the incident has ended, and goes on when it is reopened', () => {
  expect(endOf(room({ status: 'IN_PROGRESS' }))).toBeUndefined();
  expect(endOf(room({ status: 'CLOSED', resolved_at: minute(5), closed_at: minute(9) }))).toBe(minute(5));
  expect(endOf(room({ status: 'ARCHIVED', closed_at: minute(9), archived_at: minute(99) }))).toBe(minute(9));
});

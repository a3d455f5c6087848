// @vitest-environment node
import { expect, test } from 'vitest';
import { backoff } from './backoff';

test('the pause stays between half a second and a bound that doubles up to 30 seconds', () => {
  const bounds = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
  bounds.forEach((bound, failures) => {
    expect(backoff(failures, () => 0)).toBe(500);
    expect(backoff(failures, () => 1)).toBe(bound);
  });
  expect(backoff(1000, () => 1)).toBe(30_000);
});

test('the whole range is used: full jitter', () => {
  expect(backoff(4, () => 0.5)).toBe(4250);
});

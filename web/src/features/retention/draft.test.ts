import { describe, expect, test } from 'vitest';
import { daysOf, draftOf, isDays, sameDays } from './draft';

describe('F-FU-02: the days of a policy', () => {
  test.each(['', ' ', '30', '365', '36500'])('%j can be', (text) => {
    expect(isDays(text)).toBe(true);
  });
  test.each(['29', '0', '-30', '36501', '3.5', '1e3', 'ninety', '三十'])('%j cannot be', (text) => {
    expect(isDays(text)).toBe(false);
    expect(daysOf({ ...draftOf({}), LOW: text })).toBeUndefined();
  });
  test('what is left empty is kept for ever', () => {
    expect(daysOf({ LOW: '365', MEDIUM: ' ', HIGH: '', CRITICAL: '' })).toEqual({ LOW: 365 });
  });
  test('a draft that nobody touched means the policy that it was made of', () => {
    const days = { LOW: 90, CRITICAL: 3650 };
    const again = daysOf(draftOf(days));
    expect(again).toEqual(days);
    expect(again !== undefined && sameDays(again, days)).toBe(true);
    expect(sameDays(days, { LOW: 90 })).toBe(false);
  });
});

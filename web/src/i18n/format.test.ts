// @vitest-environment node
import { expect, test } from 'vitest';
import { ago, elapsed, fileSize, formats } from './format';

test.each(['zh-Hant', 'en'] as const)('clocks run to 24 hours: %s', (language) => {
  expect(formats(language).clock.format(new Date(2026, 6, 18, 14, 2))).toBe('14:02');
  expect(formats(language).clock.format(new Date(2026, 6, 18, 0, 5))).toBe('00:05');
});

test('elapsed time is a clock, with days beside it', () => {
  expect(elapsed(1_421_000)).toEqual({ days: 0, clock: '00:23:41' });
  expect(elapsed(2 * 86_400_000 + 3_661_000)).toEqual({ days: 2, clock: '01:01' });
  expect(elapsed(-5000)).toEqual({ days: 0, clock: '00:00:00' });
});

test('ages are told in the largest unit that fits', () => {
  const now = Date.UTC(2026, 6, 18, 12);
  expect(ago('zh-Hant', now - 59_999, now)).toBe('現在');
  expect(ago('en', now + 5000, now)).toBe('now');
  expect(ago('zh-Hant', now - 8 * 60_000, now)).toBe('8 分鐘前');
  expect(ago('zh-Hant', now - 3 * 3_600_000, now)).toBe('3 小時前');
  expect(ago('zh-Hant', now - 50 * 3_600_000, now)).toBe('2 天前');
});

test('sizes are short', () => {
  expect(fileSize('zh-Hant', 512)).toBe('512 B');
  expect(fileSize('en', 2_621_440)).toBe('2.5 MB');
});

// @vitest-environment node
import { expect, test } from 'vitest';
import { inTime } from './picture';
import { mayOpen } from './scan';
import type { Picture } from './Viewer';
import { stepZoom } from './zoom';

const at = (time: string): Picture => ({
  file_id: time,
  filename: `${time}.jpg`,
  url: '',
  text: '',
  size: 1,
  by: '王小明',
  at: time,
});

test('F-UI-06: of two pictures the older is "before", in whatever order they were chosen', () => {
  const early = at('2026-07-18T06:00:00Z');
  const late = at('2026-07-18T06:01:00Z');
  expect(inTime(early, late)).toEqual([early, late]);
  expect(inTime(late, early)).toEqual([early, late]);
});

test('F-UI-06: zoom goes by steps and stays at its ends', () => {
  expect([stepZoom(1, 1), stepZoom(1, -1), stepZoom(1.1, 1), stepZoom(4, 1), stepZoom(0.5, -1)]).toEqual([
    1.25, 0.75, 1.25, 4, 0.5,
  ]);
});

test.each([
  ['unscanned', true],
  ['clean', true],
  ['pending', false],
  ['infected', false],
  [undefined, true],
] as const)('F-UP-31: whether a file that is %s may be opened: %s', (scan_state, open) => {
  expect(mayOpen({ scan_state })).toBe(open);
});

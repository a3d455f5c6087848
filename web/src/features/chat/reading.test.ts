import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Reading } from './reading';

const send = vi.fn<(roomId: string, seq: number) => boolean>(() => true);
let visibility: DocumentVisibilityState = 'visible';
let reading: Reading;

beforeEach(() => {
  vi.useFakeTimers();
  send.mockReset().mockReturnValue(true);
  visibility = 'visible';
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
  reading = new Reading(send);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('UX 4: what is scrolled past is told at most once a second, the newest last', () => {
  for (const seq of [5, 6, 7]) reading.saw('r', seq, 4);
  expect(send.mock.calls).toEqual([['r', 5]]);
  vi.advanceTimersByTime(1000);
  expect(send.mock.calls).toEqual([
    ['r', 5],
    ['r', 7],
  ]);
});

test('UX 4: a hidden tab reads nothing', () => {
  visibility = 'hidden';
  reading.saw('r', 9, 4);
  vi.advanceTimersByTime(5000);
  expect(send).not.toHaveBeenCalled();
});

test('the pointer never goes back, and says nothing that is known', () => {
  reading.saw('r', 9, 9);
  reading.saw('r', 3, 9);
  expect(send).not.toHaveBeenCalled();
});

test('what was read without a connection is told when it is back', () => {
  send.mockReturnValueOnce(false);
  reading.saw('r', 9, 4);
  reading.connected();
  expect(send.mock.calls).toEqual([
    ['r', 9],
    ['r', 9],
  ]);
});

import { describe, expect, test } from 'vitest';
import { said } from '@/testing/events';
import { append, emptyAfter, type Log, prepend, reachedStart } from './log';

const logOf = (lo: number, hi: number): Log => ({
  lo,
  hi,
  events: Array.from({ length: hi - lo + 1 }, (_, i) => said(lo + i)),
});
const seqs = (log: Log) => log.events.map((event) => event.seq);

describe('F-RT-10 the log', () => {
  test('takes the next event once and in its turn', () => {
    const [log, outcome] = append(logOf(5, 7), said(8));
    expect(outcome).toBe('applied');
    expect(log).toMatchObject({ lo: 5, hi: 8 });
    expect(seqs(log)).toEqual([5, 6, 7, 8]);
  });

  test.each([1, 5, 7])('has no place for %i a second time', (seq) => {
    const before = logOf(5, 7);
    expect(append(before, said(seq))).toEqual([before, 'duplicate']);
  });

  test('shows nothing beyond a hole', () => {
    const before = logOf(5, 7);
    expect(append(before, said(9))).toEqual([before, 'gap']);
  });

  test('starts anew after a reset', () => {
    const [log, outcome] = append(emptyAfter(100), said(101));
    expect([log.lo, log.hi, outcome]).toEqual([101, 101, 'applied']);
  });

  test('grows to the front by pages that reach up to it', () => {
    const log = prepend(
      logOf(5, 7),
      [2, 3, 4, 5].map((seq) => said(seq)),
    );
    expect(seqs(log)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(log.lo).toBe(2);
    expect(reachedStart(log)).toBe(false);
    expect(reachedStart(prepend(log, [said(1)]))).toBe(true);
  });

  test('refuses a page that would leave a hole', () => {
    const log = logOf(5, 7);
    expect(prepend(log, [said(2), said(3)])).toBe(log);
    expect(prepend(log, [])).toBe(log);
  });
});

import { describe, expect, test } from 'vitest';
import type { Message, RoomEvent, TimelinePage } from '@/api/types';
import { deleted, edited, li, onMessage, page, photo, reaction, said, scanned, wang } from '@/testing/events';
import { changed, isChange, isMessageChange } from './change';
import {
  append,
  type Bound,
  emptyAfter,
  extend,
  goTo,
  goToNewest,
  type Log,
  logOf,
  reachedStart,
  type Span,
  shown,
  withoutFar,
} from './log';

const run = (lo: number, hi: number) => Array.from({ length: hi - lo + 1 }, (_, i) => said(lo + i));
const some = (lo: number, hi: number): Log => logOf(page(run(lo, hi), { has_before: lo > 1 }));
const seqs = (span: Span) => span.entries.map(({ event }) => event.seq);
const message = (log: Log, id: string): Message | undefined =>
  shown(log)
    .entries.map(({ event }) => (event.type === 'message' ? event.message : undefined))
    .find((one) => one?.message_id === id);
const fold = (log: Log, ...events: RoomEvent[]) => events.reduce((now, event) => append(now, event)[0], log);

describe('F-RT-10 the log', () => {
  test('takes the next event once and in its turn', () => {
    const [log, outcome] = append(some(5, 7), said(8));
    expect(outcome).toBe('applied');
    expect(log.newest).toMatchObject({ lo: 5, hi: 8 });
    expect(seqs(log.newest)).toEqual([5, 6, 7, 8]);
  });

  test.each([1, 5, 7])('has no place for %i a second time', (seq) => {
    const before = some(5, 7);
    expect(append(before, said(seq))).toEqual([before, 'duplicate']);
  });

  test('shows nothing beyond a hole', () => {
    const before = some(5, 7);
    expect(append(before, said(9))).toEqual([before, 'gap']);
  });

  test('starts anew after a reset, in another view', () => {
    const [log, outcome] = append(emptyAfter(100, some(5, 7)), said(101));
    expect([log.newest.lo, log.newest.hi, outcome, log.view]).toEqual([101, 101, 'applied', 1]);
  });

  test('grows to the front by pages that reach up to it, and refuses a hole', () => {
    const log = some(5, 7);
    const bound = { before_seq: 5 };
    const grown = extend(log, page(run(2, 4), { has_before: true, head_seq: 7 }), bound);
    expect(seqs(grown?.newest ?? log.newest)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(grown && reachedStart(shown(grown))).toBe(false);
    const start = grown && extend(grown, page([said(1)], { head_seq: 7 }), { before_seq: 2 });
    expect(start && reachedStart(shown(start))).toBe(true);
    expect(extend(log, page(run(1, 2), { head_seq: 7 }), { before_seq: 3 })).toBe(log);
  });

  test('a page without what only changed messages leaves no hole', () => {
    const log = logOf(page([said(1), said(4)], { head_seq: 6 })); // 2, 3, 5, 6 were reactions
    expect(append(log, said(7))[1]).toBe('applied');
  });
});

describe('F-RT-03, F-RT-11 changes of a message', () => {
  const log = some(1, 3);

  test('an edit brings the new text and counts', () => {
    const after = message(fold(log, edited(4, 'm-2', '改過')), 'm-2');
    expect(after).toMatchObject({ text: '改過', edits: 1 });
    expect(seqs(shown(fold(log, edited(4, 'm-2', '改過'))))).toEqual([1, 2, 3]);
  });

  test('a deletion leaves a tombstone that says by whom', () => {
    const after = message(fold(log, onMessage('message_deleted', 4, 'm-2', li)), 'm-2');
    expect(after).toMatchObject({ text: '', deleted: { by: li } });
  });

  test('one reaction per person and emoji; the last one takes the emoji away', () => {
    const both = fold(log, reaction(4, 'm-1', '👍', wang), reaction(5, 'm-1', '👍', li));
    expect(message(both, 'm-1')?.reactions).toEqual([{ emoji: '👍', users: [wang, li] }]);
    const again = fold(both, reaction(6, 'm-1', '👍', wang));
    expect(message(again, 'm-1')?.reactions).toEqual([{ emoji: '👍', users: [wang, li] }]);
    const none = fold(
      again,
      reaction(7, 'm-1', '👍', wang, 'reaction_removed'),
      reaction(8, 'm-1', '👍', li, 'reaction_removed'),
    );
    expect(message(none, 'm-1')?.reactions).toEqual([]);
  });

  test('a pin comes and goes', () => {
    const pinned = fold(log, onMessage('message_pinned', 4, 'm-1'));
    expect(message(pinned, 'm-1')?.pinned).toMatchObject({ by: wang });
    expect(message(fold(pinned, onMessage('message_unpinned', 5, 'm-1')), 'm-1')?.pinned).toBeUndefined();
  });

  test('a file that goes is gone in its message (F-WS-03)', () => {
    const after = fold(logOf(page([photo(1, 'f1')])), deleted(2, 'f1'));
    expect(message(after, 'm-1')?.metadata?.deleted).toBe(true);
  });

  test('a file’s scan shows in its message, and what is infected has no name any more (F-UP-31)', () => {
    const pending = logOf(page([photo(1, 'f1'), photo(2, 'f2')]));
    const clean = fold(pending, scanned(3, 'f1', 'clean'));
    expect(message(clean, 'm-1')?.metadata).toMatchObject({ scan_state: 'clean', filename: 'oil.jpg' });
    expect(message(clean, 'm-2')?.metadata).toMatchObject({ filename: 'oil.jpg', url: '/content/f2' });
    const bad = fold(clean, scanned(4, 'f2', 'infected'), scanned(5, 'f2', 'clean'));
    expect(message(bad, 'm-2')?.metadata).toEqual({
      file_id: 'f2',
      kind: 'image',
      filename: '',
      size: 0,
      url: '',
      scan_state: 'infected',
    });
    expect(message(bad, 'm-2')?.text).toBe('');
    expect(seqs(bad.newest)).toEqual([1, 2]);
    expect(bad.newest.hi).toBe(5);
  });

  test('a page that was read after a change is not changed by it again', () => {
    const read = said(1, wang, undefined, { text: '改過', edits: 1 });
    const ahead = { before_seq: 5 };
    const late = extend(some(5, 7), page([read], { head_seq: 9 }), ahead) ?? log;
    expect(message(fold(late, edited(8, 'm-1', '改過')), 'm-1')?.edits).toBe(1);
  });

  test('a page that was read before a change and comes after it is brought up to date', () => {
    const live = fold(some(5, 7), edited(8, 'm-1', '改過'));
    const late = extend(live, page([said(1)], { head_seq: 7 }), { before_seq: 5 }) ?? live;
    expect(message(late, 'm-1')?.text).toBe('改過');
  });

  test('a page from before everything that is remembered is to be read again', () => {
    const live = Array.from({ length: 501 }, (_, i) => edited(8 + i, 'm-5', `${i}`));
    expect(
      extend(fold(some(5, 7), ...live), page([said(1)], { head_seq: 7 }), { before_seq: 5 }),
    ).toBeUndefined();
  });
});

describe('a jump', () => {
  const far = { around_seq: 10 };
  const window = page(run(8, 12), { head_seq: 100, has_before: true, has_after: true });

  test('shows another place, which live changes still reach, and comes back', () => {
    const there = goTo(some(90, 100), window, far) ?? some(90, 100);
    expect(seqs(shown(there))).toEqual([8, 9, 10, 11, 12]);
    const later = fold(there, said(101), edited(102, 'm-10', '改過'));
    expect(message(later, 'm-10')?.text).toBe('改過');
    expect(seqs(shown(later))).toEqual([8, 9, 10, 11, 12]);
    const back = goToNewest(later);
    expect(shown(back)).toMatchObject({ lo: 90, hi: 102 });
    expect(back.view).not.toBe(later.view);
  });

  test('that is read on up to the newest part becomes one with it, in the same view', () => {
    const there = goTo(some(20, 30), page(run(8, 12), { ...window, head_seq: 30, events: run(8, 12) }), far);
    const on = page(run(13, 22), { head_seq: 30, has_before: true, has_after: true });
    const one = there && extend(there, on, { after_seq: 12 });
    expect(one?.away).toBeUndefined();
    expect(one && seqs(shown(one))).toEqual(run(8, 30).map((event) => event.seq));
    expect(one?.view).toBe(there?.view);
  });
});

describe('what is far from where somebody reads', () => {
  test('is kept while it is little', () => {
    const log = some(1, 600);
    expect(withoutFar(log, 1)).toBe(log);
  });

  test('goes at the front for who reads at the end', () => {
    const log = withoutFar(some(1, 601), 590);
    expect(shown(log)).toMatchObject({ lo: 202, hi: 601 });
    expect(seqs(shown(log))).toEqual(run(202, 601).map(({ seq }) => seq));
    expect(append(log, said(602))[1]).toBe('applied');
  });

  test('goes at the end for who reads far back, in the same view; the newest part takes live events', () => {
    const before = some(1, 601);
    const log = withoutFar(before, 20);
    expect(shown(log)).toMatchObject({ lo: 1, hi: 400 });
    expect(log.newest).toMatchObject({ lo: 502, hi: 601 });
    expect(log.view).toBe(before.view);
    expect(append(log, said(602))[0].newest.hi).toBe(602);
  });

  test('comes again when it is read on, until the window and the newest part are one', () => {
    let log = withoutFar(some(1, 601), 20);
    const bound = { after_seq: 400 };
    log =
      extend(log, page(run(401, 500), { head_seq: 601, has_after: true, has_before: true }), bound) ?? log;
    expect(shown(log)).toMatchObject({ lo: 1, hi: 500 });
    const on = { after_seq: 500 };
    log = extend(log, page(run(501, 600), { head_seq: 601, has_after: true, has_before: true }), on) ?? log;
    expect(log.away).toBeUndefined();
    expect(seqs(shown(log))).toEqual(run(1, 601).map(({ seq }) => seq));
  });

  test('a window keeps no more than its part, at either end', () => {
    const far = { around_seq: 500 };
    const window = page(run(200, 801), { head_seq: 5000, has_before: true, has_after: true });
    const there = goTo(some(4900, 5000), window, far);
    expect(there && shown(withoutFar(there, 300))).toMatchObject({ lo: 200, hi: 599 });
    expect(there && shown(withoutFar(there, 700))).toMatchObject({ lo: 402, hi: 801 });
    expect(there && withoutFar(there, 300).newest).toBe(there?.newest);
  });

  test('what comes live while another place is shown does not pile up', () => {
    const window = page(run(1, 100), { head_seq: 1000, has_after: true });
    const there = goTo(some(901, 1000), window, { around_seq: 50 });
    const later = fold(there ?? some(1, 1), ...run(1001, 3000));
    expect(later.newest.hi).toBe(3000);
    expect(later.newest.entries.length).toBeLessThanOrEqual(600);
    expect(seqs(later.newest).at(0)).toBe(later.newest.lo);
  });
});

/** A room as the server keeps it: its log, and what it answers. */
class Room {
  readonly log: RoomEvent[] = [];
  constructor(private readonly random: () => number) {}

  private pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }

  grow(): void {
    const seq = this.log.length + 1;
    const by = this.pick([wang, li]);
    const ids = this.log.flatMap((event) => (event.type === 'message' ? [event.message.message_id] : []));
    const id = ids.length === 0 ? '' : this.pick(ids);
    const emoji = this.pick(['👍', '✅']);
    const events = [
      () => said(seq, by),
      () => photo(seq, `f${seq}`, by),
      () => edited(seq, id, `edited ${seq}`, by),
      () => reaction(seq, id, emoji, by),
      () => reaction(seq, id, emoji, by, 'reaction_removed'),
      () => onMessage(this.pick(['message_pinned', 'message_unpinned', 'message_deleted']), seq, id, by),
      () => deleted(seq, `f${1 + Math.floor(this.random() * seq)}`),
      () => scanned(seq, `f${1 + Math.floor(this.random() * seq)}`, this.pick(['clean', 'infected'])),
    ];
    this.log.push((ids.length === 0 ? () => said(seq, by) : this.pick(events))());
  }

  timeline(): RoomEvent[] {
    const changes = this.log.filter(isChange);
    return this.log
      .filter((event) => !isMessageChange(event))
      .map((event) => {
        if (event.type !== 'message') return event;
        const later = changes.filter((change) => change.seq > event.seq);
        return { ...event, message: later.reduce(changed, event.message) };
      });
  }

  read(bound: Bound, limit: number): TimelinePage {
    const all = this.timeline();
    const at = (seq: number) => {
      const index = all.findIndex((event) => event.seq >= seq);
      return index < 0 ? all.length : index;
    };
    let start = Math.max(0, all.length - limit);
    if (bound && 'before_seq' in bound) start = Math.max(0, at(bound.before_seq) - limit);
    if (bound && 'after_seq' in bound) start = at(bound.after_seq + 1);
    if (bound && 'around_seq' in bound) start = Math.max(0, at(bound.around_seq) - Math.floor(limit / 2));
    const end = bound && 'before_seq' in bound ? at(bound.before_seq) : Math.min(all.length, start + limit);
    return {
      events: all.slice(start, end),
      head_seq: this.log.length,
      has_before: start > 0,
      has_after: end < all.length,
    };
  }
}

/** mulberry32: the same numbers on every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('any interleaving of pages, jumps and live events ends as a fresh read would', () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))('seed %i', (seed) => {
    const random = numbers(seed);
    const server = new Room(random);
    for (let i = 0; i < 40; i++) server.grow();
    let log = logOf(server.read(undefined, 5));
    const late: { bound: Bound; page: TimelinePage; jump: boolean }[] = [];
    const ask = (bound: Bound, jump: boolean) => late.push({ bound, page: server.read(bound, 5), jump });

    for (let step = 0; step < 120; step++) {
      const dice = random();
      if (dice < 0.25) server.grow();
      else if (dice < 0.5) {
        const next = server.log[log.newest.hi - Math.floor(random() * 2)]; // sometimes one that was seen
        if (next !== undefined) log = append(log, next)[0];
      } else if (dice < 0.6) ask({ before_seq: Math.max(1, shown(log).lo) }, false);
      else if (dice < 0.68) ask({ after_seq: shown(log).hi }, false);
      else if (dice < 0.73) ask({ around_seq: 1 + Math.floor(random() * log.newest.hi) }, true);
      else if (dice < 0.76) log = goToNewest(log);
      else if (dice < 0.82) log = withoutFar(log, Math.floor(random() * log.newest.hi), 12);
      else {
        const [answer] = late.splice(Math.floor(random() * late.length), 1);
        if (answer === undefined) continue;
        const { page: read, bound, jump } = answer;
        const next = jump ? goTo(log, read, bound) : extend(log, read, bound);
        if (next !== undefined) log = next;
      }
    }
    for (const event of server.log.slice(log.newest.hi)) log = append(log, event)[0];

    const truth = server.timeline();
    for (const span of [log.newest, shown(log)]) {
      const covered = truth.filter((event) => span.lo <= event.seq && event.seq <= span.hi);
      expect(span.entries.map(({ event }) => event)).toEqual(covered);
    }
    expect(log.newest.hi).toBe(server.log.length);
  });
});

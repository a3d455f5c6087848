// @vitest-environment node
import { describe, expect, test } from 'vitest';
import type { RoomEvent } from '@/api/types';
import { created, joined, left, li, page, photo, promoted, said, updated, wang } from '@/testing/events';
import { spanOf } from './log';
import type { Pending } from './outbox';
import { groupWithin, type Row, rowAt, rowsOf, startsGroup } from './rows';

const rows = (events: RoomEvent[], pending: Pending[] = []): Row[] =>
  rowsOf(spanOf(page(events)), pending, wang);
const unread = (events: RoomEvent[], from: number) => rowsOf(spanOf(page(events)), [], wang, from);
const firsts = (list: Row[]) => list.map((row) => 'first' in row && row.first);
const waiting = (clientMsgId: string, at: number): Pending => ({
  clientMsgId,
  roomId: 'r',
  text: 'soon',
  kept: true,
  at,
  state: 'waiting',
});

describe('UX 1 grouping', () => {
  const at = new Date(2026, 6, 18, 14, 0);
  const later = (ms: number) => new Date(at.getTime() + ms);

  test('one author within five minutes stands under one name', () => {
    expect(startsGroup({ author: 'a', at }, { author: 'a', at: later(groupWithin) })).toBe(false);
    expect(startsGroup({ author: 'a', at }, { author: 'a', at: later(groupWithin + 1) })).toBe(true);
    expect(startsGroup({ author: 'a', at }, { author: 'b', at })).toBe(true);
    expect(startsGroup(undefined, { author: 'a', at })).toBe(true);
  });

  test('midnight begins a new group', () => {
    const night = new Date(2026, 6, 18, 23, 59);
    const morning = new Date(2026, 6, 19, 0, 1);
    expect(startsGroup({ author: 'a', at: night }, { author: 'a', at: morning })).toBe(true);
  });

  test('a note between two messages breaks the group', () => {
    expect(firsts(rows([said(1), said(2), joined(3, li, 'EDITOR'), said(4)]))).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});

describe('what the conversation shows', () => {
  test('a divider on the first row of every day', () => {
    const day = (d: number) => new Date(2026, 6, d, 12).toISOString();
    const list = rows([said(1, wang, day(17)), said(2, wang, day(17)), said(3, li, day(18))]);
    expect(list.map((row) => row.day)).toEqual([true, false, true]);
  });

  test('a file once: by its message, not by its upload', () => {
    const upload = { ...photo(2, 'f1'), type: 'file_uploaded' } as unknown as RoomEvent;
    expect(rows([created(1), upload, photo(3, 'f1')]).map((row) => row.kind)).toEqual(['note', 'message']);
  });

  test('not that who declared came in: the declaration says so', () => {
    const list = rows([created(1), joined(2, wang, 'OWNER'), joined(3, li, 'EDITOR')]);
    expect(list.map((row) => row.key)).toEqual(['seq-1', 'seq-3']);
  });

  test('an event that is newer than this page as nothing', () => {
    const unknown = { ...created(1), type: 'not_yet_known' } as unknown as RoomEvent;
    expect(rows([unknown, said(2)])).toHaveLength(1);
  });

  test('UX 18: a move of the status once, by its own message; other changes and people as notes', () => {
    const moved = said(2, li, undefined, { status_change: { from: 'OPEN', to: 'ACKNOWLEDGED' } });
    const list = rows([
      updated(1, { status: 'ACKNOWLEDGED' }, [{ field: 'status', from: 'OPEN', to: 'ACKNOWLEDGED' }]),
      moved,
      updated(3, {}, [{ field: 'severity', from: 'LOW', to: 'HIGH' }]),
      promoted(4, li, 'VIEWER', 'EDITOR'),
      left(5, li),
    ]);
    expect(list.map((row) => [row.kind, row.seq])).toEqual([
      ['status', 2],
      ['note', 3],
      ['note', 4],
      ['note', 5],
    ]);
  });

  test('what is on its way after what is stored, and never both', () => {
    const now = Date.now();
    const stored = said(1, wang, new Date(now).toISOString(), { client_msg_id: 'c1' });
    const list = rows([stored], [waiting('c1', now), waiting('c2', now)]);
    expect(list.map((row) => [row.kind, row.key])).toEqual([
      ['message', 'c1'],
      ['pending', 'c2'],
    ]);
  });

  test("another's message with an id like mine is another message", () => {
    const now = Date.now();
    const theirs = said(1, li, new Date(now).toISOString(), { client_msg_id: 'c1' });
    expect(rows([theirs], [waiting('c1', now)]).map((row) => row.key)).toEqual(['m-1', 'c1']);
  });
});

describe('UX 2 the unread divider', () => {
  const divided = (list: Row[]) => list.filter((row) => row.unread).map((row) => row.seq);

  test('stands before the first message of others after the read pointer, and only there', () => {
    expect(divided(unread([said(1, li), said(2, wang), said(3, li), said(4, li)], 2))).toEqual([3]);
  });

  test('stays where it was while more is said', () => {
    const before = [said(1, li), said(2, li)];
    expect(divided(unread([...before, said(3, li)], 2))).toEqual(divided(unread(before, 2)));
  });

  test('is not shown at a wrong place when its own is not loaded', () => {
    const later = spanOf(page([said(50, li), said(51, li)], { has_before: true }));
    expect(divided(rowsOf(later, [], wang, 10))).toEqual([]);
  });

  test('is not shown when everything was read', () => {
    expect(rows([said(1, li)]).some((row) => row.unread)).toBe(false);
  });
});

test('UX 19: a jump lands on the row, or on the next one that is shown', () => {
  const list = rows([said(1), joined(2, wang, 'OWNER'), said(3), said(4)]);
  expect(rowAt(list, 3)).toBe(1);
  expect(rowAt(list, 2)).toBe(1);
  expect(rowAt(list, 99)).toBe(2);
});

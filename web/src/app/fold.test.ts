import { QueryClient } from '@tanstack/react-query';
import { beforeEach, describe, expect, test } from 'vitest';
import { fileQuery, filesKey, logKey, membersQuery, previewQuery, roomListKey, roomQuery } from '@/api/keys';
import type { Member, Room, RoomPage, ServerFrame } from '@/api/types';
import { logOf } from '@/features/chat';
import {
  left,
  li,
  member,
  page,
  promoted,
  room,
  roomId,
  said,
  scanned,
  updated,
  wang,
} from '@/testing/events';
import { fold, foldPreview } from './fold';
import { foldActivity, foldRead } from './foldList';

const me = wang.user_id;
const other = '0192f0c1-0000-7000-8000-000000000002';
const listKey = [...roomListKey, { params: {} }];
let cache: QueryClient;

const known = () => cache.getQueryData<Room>(roomQuery(roomId).queryKey);
const list = () => cache.getQueryData<RoomPage>(listKey)?.rooms ?? [];
const listed = (id = roomId) => list().find((one) => one.room_id === id);
const members = () => cache.getQueryData<{ members: Member[] }>(membersQuery(roomId).queryKey)?.members;
const stale = (queryKey: readonly unknown[]) => cache.getQueryState([...queryKey])?.isInvalidated;

type Activity = Extract<ServerFrame, { type: 'room_activity' }>;
function activity(more: Partial<Activity>): Activity {
  const { my_role: _, ...now } = room({ last_activity_at: '2026-07-19T00:00:00Z' });
  return {
    type: 'room_activity',
    room: now,
    head_seq: 5,
    posted: [],
    member_count: 2,
    renewed: false,
    ...more,
  };
}

beforeEach(() => {
  cache = new QueryClient();
  const mine = room({ head_seq: 3, member_count: 2, read_seq: 3, unread_count: 0, mention_count: 0 });
  cache.setQueryData(logKey(roomId), logOf(page([said(1), said(2), said(3)])));
  cache.setQueryData(roomQuery(roomId).queryKey, mine);
  cache.setQueryData(membersQuery(roomId).queryKey, {
    members: [member(wang, 'OWNER'), member(li, 'EDITOR')],
  });
  const elsewhere = room({ room_id: other, last_activity_at: '2026-07-18T12:00:00Z' });
  cache.setQueryData<RoomPage>(listKey, { rooms: [elsewhere, mine], total: 2, limit: 25, offset: 0 });
});

describe('F-RM-11 a room that changes', () => {
  test('reads as it does now, and keeps what is its reader’s own', () => {
    fold(
      cache,
      updated(4, { severity: 'LOW', my_role: undefined, member_count: 0 }, [{ field: 'severity' }]),
      me,
    );
    for (const one of [known(), listed()]) {
      expect(one).toMatchObject({ severity: 'LOW', my_role: 'OWNER', read_seq: 3, member_count: 2 });
    }
    expect(known()?.head_seq).toBe(4);
  });

  test('whose role changed has the new one; mine is asked for again', () => {
    fold(cache, promoted(4, li, 'EDITOR', 'VIEWER'), me);
    expect(members()?.[1]).toMatchObject({ role: 'VIEWER' });
    expect(stale(roomQuery(roomId).queryKey)).toBe(false);
    fold(cache, promoted(5, wang, 'OWNER', 'EDITOR'), me);
    expect(known()?.my_role).toBe('EDITOR');
    expect(stale(roomQuery(roomId).queryKey)).toBe(true);
  });

  test('who left is no member and not counted', () => {
    fold(cache, left(4, li), me);
    expect(members()?.map((one) => one.name)).toEqual(['王小明']);
    expect(known()?.member_count).toBe(1);
  });
});

describe('F-UP-30 a preview', () => {
  test('that has been made is asked for again', () => {
    const { queryKey } = previewQuery(roomId, 'f1');
    foldPreview(cache, { type: 'preview_ready', room_id: roomId, file_id: 'f1' });
    foldPreview(cache, { type: 'preview_ready', room_id: roomId, file_id: 'f1' });
    expect(cache.getQueryData(queryKey)).toBe(2);
    expect(cache.getQueryData(previewQuery(roomId, 'f2').queryKey)).toBeUndefined();
  });
});

describe('F-RM-11 the list', () => {
  const posted = (seq: number, author: string, mentions?: { users: string[] }) => ({
    seq,
    author_id: author,
    mentions,
  });

  test('counts what others posted after my pointer, and what calls me; the newest room first', () => {
    const frame = activity({
      posted: [posted(3, 'u-li'), posted(4, 'u-li', { users: [me] }), posted(5, 'u-li'), posted(5, me)],
      last_message: '先關總閥',
    });
    expect(foldActivity(cache, frame, me)).toBe(false);
    expect(list()[0]).toMatchObject({
      room_id: roomId,
      my_role: 'OWNER',
      unread_count: 2,
      mention_count: 1,
      last_message: '先關總閥',
      head_seq: 5,
    });
  });

  test('counts nothing twice', () => {
    const frame = activity({ posted: [posted(4, 'u-li')], head_seq: 4 });
    foldActivity(cache, frame, me);
    foldActivity(cache, frame, me);
    expect(listed()?.unread_count).toBe(1);
  });

  test.each([
    ['members or roles changed', { renewed: true }],
    ['the room moved and may fall out of a filter', { room: room({ status: 'CLOSED' }) }],
    ['the room is not on the page', { room: room({ room_id: '0192f0c1-0000-7000-8000-000000000009' }) }],
  ])('is read again when %s', (_, more) => {
    const unwatch = watchList();
    expect(foldActivity(cache, activity(more), me)).toBe(true);
    unwatch();
  });

  test('F-RT-11: what I read in another tab is read here', () => {
    foldActivity(cache, activity({ posted: [posted(4, 'u-li'), posted(5, 'u-li')] }), me);
    const at = '2026-07-19T00:00:00Z';
    foldRead(cache, { type: 'read', room_id: roomId, readers: [{ user_id: me, seq: 5, at }] }, me);
    expect(listed()).toMatchObject({ unread_count: 0, mention_count: 0, read_seq: 5 });
  });

  test('F-RT-11: pointers of others say who has seen what, and never go back', () => {
    const at = '2026-07-19T00:00:00Z';
    for (const seq of [3, 2]) {
      foldRead(cache, { type: 'read', room_id: roomId, readers: [{ user_id: 'u-li', seq, at }] }, me);
    }
    expect(members()?.[1]?.read_seq).toBe(3);
    expect(known()?.read_seq).toBe(3);
  });
});

/** As if the list were on the screen. */
function watchList(): () => void {
  const query = cache.getQueryCache().find({ queryKey: listKey });
  if (query === undefined) throw new Error('no list');
  const observer = { options: { enabled: true }, onQueryUpdate: () => undefined } as never;
  query.addObserver(observer);
  return () => query.removeObserver(observer);
}

test('F-UP-31 a file that was scanned is read again, and so are the lists of files', () => {
  const one = fileQuery(roomId, 'f1').queryKey;
  const others = [...filesKey(roomId), 'all'];
  cache.setQueryData([...one], { file_id: 'f1' });
  cache.setQueryData(others, {});
  expect(fold(cache, scanned(4, 'f1', 'clean'), me)).toBe('applied');
  expect(stale(one)).toBe(true);
  expect(stale(others)).toBe(true);
});

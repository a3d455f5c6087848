import 'fake-indexeddb/auto';
import { QueryClient } from '@tanstack/react-query';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { logKey, membersQuery, roomQuery } from '@/api/keys';
import { RequestFailed } from '@/api/problem';
import { Shelf } from '@/device/shelf';
import { type Log, logOf } from '@/features/chat';
import { member, page, room, roomId, said, wang } from '@/testing/events';
import { LastRooms, roomsAtMost, withoutLinks } from './lastRooms';

let shelf: Shelf;

function deviceOf(user: string, live = true) {
  const cache = new QueryClient();
  const last = new LastRooms(cache, () => live, shelf);
  last.start(user);
  const read = (id: string, head = 1) => {
    cache.setQueryData(roomQuery(id).queryKey, room({ room_id: id, title: id }));
    cache.setQueryData(membersQuery(id).queryKey, { members: [member(wang, 'OWNER')] });
    const events = Array.from({ length: head }, (_, i) => said(i + 1));
    cache.setQueryData(logKey(id), logOf(page(events)));
  };
  return { cache, last, read };
}
const kept = (user: string) => shelf.all<{ room: { room_id: string } }>(user, 'room');
const written = (user: string, count: number) =>
  vi.waitFor(async () => expect(await kept(user)).toHaveLength(count), 10_000);

beforeEach(async () => {
  shelf = new Shelf('rooms');
  await shelf.dropOthers();
});

describe('F-UI-14: the last rooms', () => {
  test('can be read without a server, marked as of when, until the connection is live again', async () => {
    const before = deviceOf('wang');
    before.read(roomId, 130);
    await written('wang', 1);
    before.last.stop(false);

    const { cache, last } = deviceOf('wang', false);
    await last.showRoom(roomId);
    expect(cache.getQueryData<Log>(logKey(roomId))?.newest).toMatchObject({ lo: 31, hi: 130 });
    expect(cache.getQueryData(roomQuery(roomId).queryKey)).toMatchObject({ title: roomId });
    expect(last.store.getState().asOf[roomId]).toBeGreaterThan(0);
    last.confirmed();
    expect(last.store.getState().asOf).toEqual({});
  });

  test('are no more than so many', async () => {
    const { read } = deviceOf('wang');
    for (let i = 0; i < roomsAtMost; i += 1) read(`room-${i}`);
    await written('wang', roomsAtMost);
    read('one-more');
    await vi.waitFor(async () =>
      expect((await kept('wang'))?.map((one) => one.room.room_id)).toContain('one-more'),
    );
    await written('wang', roomsAtMost);
  });

  test('are gone when their reader signs out, or somebody else signs in', async () => {
    const one = deviceOf('wang');
    one.read(roomId);
    await written('wang', 1);
    one.last.stop(true);
    expect(await kept('wang')).toEqual([]);

    const again = deviceOf('wang');
    again.read(roomId);
    await written('wang', 1);
    again.last.stop(false);
    const li = deviceOf('li', false);
    await li.last.showRoom(roomId);
    expect(li.cache.getQueryData(logKey(roomId))).toBeUndefined();
    expect(await kept('wang')).toEqual([]);
  });

  test('a room that may not be read any more is gone', async () => {
    const { cache, read } = deviceOf('wang');
    read(roomId);
    await written('wang', 1);
    const refusal = new RequestFailed({ code: 'forbidden', detail: '', status: 403, retryable: false });
    await cache
      .fetchQuery({
        ...roomQuery(roomId),
        queryFn: () => Promise.reject(refusal),
        staleTime: 0,
        retry: false,
      })
      .catch(() => undefined);
    await written('wang', 0);
  });

  test('hold no links: who has one needs no sign-in', () => {
    const links = { url: 'a', thumbnail_url: 'b', download_url: 'c', url_expires_at: 'd', text: 'https://e' };
    expect(withoutLinks({ metadata: links })).toEqual({
      metadata: { url: '', thumbnail_url: '', download_url: '', url_expires_at: 'd', text: 'https://e' },
    });
  });
});

import { expect, test } from 'vitest';
import type { Room, RoomPage } from '@/api/types';
import { room } from '@/testing/events';
import { stillRead } from './roomPage';

const page = (one: Partial<Room>): RoomPage => ({ rooms: [room(one)], total: 1, limit: 25, offset: 0 });
const readHere = page({ head_seq: 9, read_seq: 9, unread_count: 0, mention_count: 0, title: '舊標題' });

test('F-RM-11: what I have read stays read when the server answers before it is written down', () => {
  const late = page({ head_seq: 9, read_seq: 4, unread_count: 3, mention_count: 1, title: '新標題' });
  const [shown] = stillRead(readHere, late).rooms;
  expect(shown).toMatchObject({ read_seq: 9, unread_count: 0, mention_count: 0, title: '新標題' });
});

test('F-RM-11: what has come since is unread, and what another tab has read is read', () => {
  const more = page({ head_seq: 10, read_seq: 4, unread_count: 4 });
  expect(stillRead(readHere, more)).toEqual(more);
  const elsewhere = page({ head_seq: 9, read_seq: 9, unread_count: 0 });
  expect(stillRead(page({ head_seq: 9, read_seq: 4, unread_count: 3 }), elsewhere)).toEqual(elsewhere);
  expect(stillRead(undefined, more)).toEqual(more);
});

// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { li, roomId, said, wang } from '@/testing/events';
import { Typing } from './typing';

const send = vi.fn(() => true);
let typing: Typing;
const names = () => (typing.store.getState().rooms[roomId] ?? []).map((one) => one.name);
const writes = (user = li) => typing.take({ type: 'typing', room_id: roomId, user });

beforeEach(() => {
  vi.useFakeTimers();
  send.mockClear();
  typing = new Typing(send);
});
afterEach(() => vi.useRealTimers());

test('F-RT-02, UX 23: who writes is named once, and gone after 5 s without another word', () => {
  writes();
  vi.advanceTimersByTime(3000);
  writes();
  expect(names()).toEqual(['李工']);
  vi.advanceTimersByTime(4999);
  expect(names()).toEqual(['李工']);
  vi.advanceTimersByTime(1);
  expect(names()).toEqual([]);
});

test('F-RT-02: gone at once when the message comes, and only its author', () => {
  writes(li);
  writes(wang);
  typing.take(said(5, li));
  expect(names()).toEqual(['王小明']);
});

test('F-RT-02: my own writing is said at most every 3 s', () => {
  for (let i = 0; i < 30; i++) {
    typing.mine(roomId);
    vi.advanceTimersByTime(100);
  }
  expect(send).toHaveBeenCalledTimes(1);
  typing.mine(roomId);
  expect(send).toHaveBeenCalledTimes(2);
});

test('what could not be said is said with the next word', () => {
  send.mockReturnValueOnce(false);
  typing.mine(roomId);
  typing.mine(roomId);
  expect(send).toHaveBeenCalledTimes(2);
});

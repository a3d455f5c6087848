import { beforeEach, expect, test, vi } from 'vitest';
import type { Room } from '@/api/types';
import { li, room, wang } from '@/testing/events';
import { Alarm } from './alarm';

const ring = vi.fn();
let alarm: Alarm;
const critical = (id: string, more: Partial<Room> = {}) => room({ room_id: id, created_by: li, ...more });
const shown = () => alarm.store.getState().rooms.map((one) => one.room_id);

beforeEach(() => {
  ring.mockReset();
  alarm = new Alarm(ring);
  alarm.start(wang.user_id);
});

test('what was there when somebody came does not ring, whatever happens in it', () => {
  alarm.listed([critical('old')]);
  alarm.take(critical('old'));
  alarm.listed([critical('old')]);
  expect(ring).not.toHaveBeenCalled();
  expect(shown()).toEqual([]);
});

test('a new one rings once and stays until it is seen', () => {
  alarm.listed([]);
  alarm.take(critical('new'));
  alarm.take(critical('new'));
  alarm.listed([critical('new')]);
  expect(ring).toHaveBeenCalledTimes(1);
  expect(shown()).toEqual(['new']);
  alarm.seen('new');
  alarm.take(critical('new'));
  expect(ring).toHaveBeenCalledTimes(1);
  expect(shown()).toEqual([]);
});

test('what was declared while nobody told this tab rings once on the way back, however many', () => {
  alarm.listed([critical('old')]);
  alarm.listed([critical('b'), critical('a'), critical('old')]);
  expect(ring).toHaveBeenCalledTimes(1);
  expect(shown()).toEqual(['b', 'a']);
});

test('neither my own nor anything less than CRITICAL, nor what is contained', () => {
  alarm.listed([]);
  alarm.take(critical('mine', { created_by: wang }));
  alarm.take(critical('high', { severity: 'HIGH' }));
  alarm.take(critical('done', { status: 'CONTAINED' }));
  expect(ring).not.toHaveBeenCalled();
});

test('an incident that is raised to CRITICAL rings then', () => {
  alarm.listed([]);
  alarm.take(critical('raised', { severity: 'HIGH' }));
  alarm.take(critical('raised'));
  expect(ring).toHaveBeenCalledTimes(1);
});

test('the call ends when others have contained the incident', () => {
  alarm.listed([]);
  alarm.take(critical('new'));
  alarm.take(critical('new', { status: 'CONTAINED' }));
  expect(shown()).toEqual([]);
});

test('whoever comes next begins anew', () => {
  alarm.listed([]);
  alarm.take(critical('new'));
  alarm.stop();
  alarm.listed([critical('late')]); // an answer to the one before
  expect(shown()).toEqual([]);
  alarm.start('u-chen');
  alarm.take(critical('new'));
  alarm.listed([critical('new')]);
  alarm.take(critical('new'));
  expect(ring).toHaveBeenCalledTimes(1);
});

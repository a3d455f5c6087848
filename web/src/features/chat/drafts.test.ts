// @vitest-environment node
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Shelf } from '@/device/shelf';
import { said } from '@/testing/events';
import { Drafts, draftAge, draftsAtMost } from './drafts';

let shelf: Shelf;

/** As another page finds them. */
async function reopened(user: string): Promise<Drafts> {
  await shelf.get(user, 'draft', ''); // after all that was written
  const drafts = new Drafts(new Shelf('drafts'));
  await drafts.start(user);
  return drafts;
}

beforeEach(async () => {
  shelf = new Shelf('drafts');
  await shelf.dropOthers();
});

describe('F-UI-10, UX 8: drafts', () => {
  test('outlive the page, with what they answer, and are read by their author alone', async () => {
    const drafts = new Drafts(shelf);
    await drafts.start('wang');
    const reply = said(1).message;
    drafts.write('r1', { text: '先關' });
    drafts.write('r1', { text: '先關總閥' });
    drafts.write('r1', { reply });
    expect((await reopened('wang')).read('r1')).toMatchObject({ text: '先關總閥', reply });
    expect((await reopened('li')).read('r1')).toBeUndefined();
  });

  test('are gone when they are sent', async () => {
    const drafts = new Drafts(shelf);
    await drafts.start('wang');
    drafts.write('r1', { text: '先關總閥' });
    drafts.write('r1', { text: '' });
    expect((await reopened('wang')).read('r1')).toBeUndefined();
  });

  test('are bounded: the oldest go, and those that nobody touches', async () => {
    const drafts = new Drafts(shelf);
    await drafts.start('wang');
    const now = Date.now();
    const clock = vi.spyOn(Date, 'now');
    for (let i = 0; i <= draftsAtMost; i += 1) {
      clock.mockReturnValue(now + i);
      drafts.write(`r${i}`, { text: '草稿' });
    }
    const next = await reopened('wang');
    expect(next.read('r0')).toBeUndefined();
    expect(next.read(`r${draftsAtMost}`)).toBeDefined();
    clock.mockReturnValue(now + draftAge + draftsAtMost + 1);
    expect((await reopened('wang')).store.getState()).toEqual({ ready: true, rooms: {} });
  });

  test('a quote goes below what was being written', async () => {
    const drafts = new Drafts(shelf);
    await drafts.start('wang');
    drafts.write('r1', { text: '看這裡：' });
    drafts.addText('r1', '> E-42');
    expect(drafts.read('r1')?.text).toBe('看這裡：\n> E-42');
  });

  test('cost nothing where the device keeps nothing', async () => {
    vi.stubGlobal('indexedDB', undefined);
    const drafts = new Drafts(new Shelf('none'));
    await drafts.start('wang');
    drafts.write('r1', { text: '先關總閥' });
    expect(drafts.store.getState()).toMatchObject({ ready: true, rooms: { r1: { text: '先關總閥' } } });
    vi.unstubAllGlobals();
  });
});

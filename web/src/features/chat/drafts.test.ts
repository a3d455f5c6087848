// @vitest-environment node
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Shelf } from '@/device/shelf';
import { said } from '@/testing/events';
import { Drafts, draftAge, draftsAtMost } from './drafts';

let shelf: Shelf;
const channels: BroadcastChannel[] = [];

/** Of one tab. */
function channel(): BroadcastChannel {
  const own = new BroadcastChannel('drafts');
  channels.push(own);
  return own;
}

/** As another page finds them. */
async function reopened(user: string): Promise<Drafts> {
  await shelf.get(user, 'draft', ''); // after all that was written
  const drafts = new Drafts(new Shelf('drafts'), channel());
  await drafts.start(user);
  return drafts;
}

beforeEach(async () => {
  shelf = new Shelf('drafts');
  await shelf.dropOthers();
});

afterEach(() => {
  for (const one of channels.splice(0)) one.close();
});

describe('F-UI-10, UX 8: drafts', () => {
  test('outlive the page, with what they answer, and are read by their author alone', async () => {
    const drafts = new Drafts(shelf, channel());
    await drafts.start('wang');
    const reply = said(1).message;
    drafts.write('r1', { text: '先關' });
    drafts.write('r1', { text: '先關總閥' });
    drafts.write('r1', { reply });
    expect((await reopened('wang')).read('r1')).toMatchObject({ text: '先關總閥', reply });
    expect((await reopened('li')).read('r1')).toBeUndefined();
  });

  test('are gone when they are sent', async () => {
    const drafts = new Drafts(shelf, channel());
    await drafts.start('wang');
    drafts.write('r1', { text: '先關總閥' });
    drafts.write('r1', { text: '' });
    expect((await reopened('wang')).read('r1')).toBeUndefined();
  });

  test('are bounded: the oldest go, and those that nobody touches', async () => {
    const drafts = new Drafts(shelf, channel());
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
    const drafts = new Drafts(shelf, channel());
    await drafts.start('wang');
    drafts.write('r1', { text: '看這裡：' });
    drafts.addText('r1', '> E-42');
    expect(drafts.read('r1')?.text).toBe('看這裡：\n> E-42');
  });

  test('cost nothing where the device keeps nothing', async () => {
    vi.stubGlobal('indexedDB', undefined);
    const drafts = new Drafts(new Shelf('none'), channel());
    await drafts.start('wang');
    drafts.write('r1', { text: '先關總閥' });
    expect(drafts.store.getState()).toMatchObject({ ready: true, rooms: { r1: { text: '先關總閥' } } });
    vi.unstubAllGlobals();
  });
});

describe('UX 8: a room has one draft in all tabs of a person', () => {
  async function tabsOf(...users: string[]): Promise<Drafts[]> {
    const tabs = users.map(() => new Drafts(shelf, channel()));
    await Promise.all(tabs.map((tab, n) => tab.start(users[n] ?? '')));
    return tabs;
  }

  test('what is written in one stands in the others, and is gone everywhere when it is sent', async () => {
    const [here, there] = await tabsOf('wang', 'wang');
    here?.write('r1', { text: '先關' });
    await vi.waitFor(() =>
      expect(there?.store.getState().heard).toMatchObject({ roomId: 'r1', text: '先關' }),
    );
    there?.write('r1', { text: '先關總閥' });
    await vi.waitFor(() => expect(here?.read('r1')?.text).toBe('先關總閥'));
    expect(there?.store.getState().heard).toBeUndefined(); // what was written here is newer
    here?.write('r1', { text: '' });
    await vi.waitFor(() => expect(there?.read('r1')).toBeUndefined());
    expect(there?.store.getState().heard?.text).toBe('');
  });

  test('nobody hears what another person writes', async () => {
    const [wang, li, again] = await tabsOf('wang', 'li', 'wang');
    wang?.write('r1', { text: '只給自己' });
    await vi.waitFor(() => expect(again?.read('r1')?.text).toBe('只給自己'));
    expect(li?.store.getState().rooms).toEqual({});
  });
});

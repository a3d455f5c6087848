// @vitest-environment node
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Kept, stagedAtMost } from './kept';
import { type Tray, Trays } from './trays';

const channels: BroadcastChannel[] = [];

/** One tab of somebody. */
function tab(user = 'wang'): Trays {
  const channel = new BroadcastChannel('trays');
  channels.push(channel);
  const trays = new Trays(new Kept(), channel);
  trays.start(user);
  return trays;
}

const start = Date.now();
const laid = (name: string, nth: number, description = '') => {
  const file = new File(['壓力 0.0 MPa'], name, { type: 'text/plain', lastModified: 7 });
  return { key: name, file, description, at: start + nth };
};
const names = async (tray: Tray) => (await tray.laid()).map(({ file }) => file.name);

beforeEach(async () => {
  for (const user of ['wang', 'li']) await new Kept().dropAll(user);
});

afterEach(() => {
  for (const one of channels.splice(0)) one.close();
  vi.restoreAllMocks();
});

describe('UX 8: files that were chosen and not sent', () => {
  test('outlive the page as they were, in the order of choosing, each in its room, for their owner alone', async () => {
    const trays = tab();
    expect(await trays.of('r1').lay(laid('late.log', 9, '停機前'))).toBe(true);
    await trays.of('r1').lay(laid('early.log', 2));
    await trays.of('r2').lay(laid('other.log', 1));
    const [early, late] = await tab().of('r1').laid();
    expect([early?.file.name, late?.file.name]).toEqual(['early.log', 'late.log']);
    expect(late).toMatchObject({ description: '停機前', at: start + 9, key: 'late.log' });
    expect(late?.file).toMatchObject({ type: 'text/plain', lastModified: 7 });
    expect(await late?.file.text()).toBe('壓力 0.0 MPa');
    expect(await names(tab('li').of('r1'))).toEqual([]);
  });

  test('are one tray in all tabs: what two choose at once is in both, and what one sends is in none', async () => {
    const [left, right] = [tab().of('r1'), tab().of('r1')];
    let shown: string[] = [];
    const leave = right.follow(async () => {
      shown = await names(right);
    });
    await Promise.all([left.lay(laid('left.log', 1)), right.lay(laid('right.log', 2))]);
    await vi.waitFor(() => expect(shown).toEqual(['left.log', 'right.log']));
    await left.takeUp(['left.log', 'right.log']);
    await vi.waitFor(() => expect(shown).toEqual([]));
    leave();
  });

  test('stay out when they are taken out while they are still being written', async () => {
    const tray = tab().of('r1');
    void tray.lay(laid('a.log', 1));
    await tray.takeUp(['a.log']);
    expect(await names(tray)).toEqual([]);
  });

  test('have a bound in all; what is beyond it would be lost, and is known to be', async () => {
    const trays = tab();
    const most = new File([new Uint8Array(stagedAtMost - 10)], 'most.log');
    expect(await trays.of('r1').lay({ ...laid('most.log', 1), file: most })).toBe(true);
    expect(trays.wouldLose()).toBe(false);
    expect(await trays.of('r2').lay(laid('b.log', 2))).toBe(false);
    expect(trays.wouldLose()).toBe(true);
    await trays.of('r2').takeUp(['b.log']);
    expect(trays.wouldLose()).toBe(false);
  });

  test('are gone after a week', async () => {
    const tray = tab().of('r1');
    await tray.lay(laid('a.log', 0));
    expect(await names(tray)).toEqual(['a.log']);
    vi.spyOn(Date, 'now').mockReturnValue(start + 7 * 24 * 3600_000 + 1);
    expect(await names(tray)).toEqual([]);
  });
});

// @vitest-environment node
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Kept, keptAtMost } from './kept';
import type { Upload } from './upload';

const upload = (id: string, more: Partial<Upload> = {}): Upload => ({
  id,
  roomId: 'r1',
  file: new File(['壓力 0.0 MPa'], '警報.log', { type: 'text/plain', lastModified: 7 }),
  description: '停機前',
  at: 1,
  batch: 'b1',
  state: 'sending',
  sent: 4,
  ...more,
});

let kept: Kept;

beforeEach(async () => {
  kept = new Kept();
  for (const user of ['wang', 'li']) await kept.dropAll(user);
});

describe('UX 10 what is kept of an upload', () => {
  test('comes back byte for byte, with its name and its place', async () => {
    const place = { url: '/api/rooms/r1/uploads/f1', fileId: 'f1' };
    expect(await kept.keep('wang', upload('a'))).toBe(true);
    await kept.note('wang', upload('a', { place, sha256: '5e' }));
    const back = await new Kept().load('wang', 'a');
    expect(back).toMatchObject({
      roomId: 'r1',
      description: '停機前',
      sent: 4,
      place,
      sha256: '5e',
      kept: true,
    });
    expect(back?.state).toBe('queued');
    expect(back?.file).toMatchObject({ name: '警報.log', type: 'text/plain', lastModified: 7 });
    expect(await back?.file.text()).toBe('壓力 0.0 MPa');
  });

  test.each(['paused', 'failed'] as const)('a %s one stays so', async (state) => {
    await kept.keep('wang', upload('a', { state }));
    expect((await kept.load('wang', 'a'))?.state).toBe(state);
  });

  test('is listed in the order of choosing, for its owner only', async () => {
    await kept.keep('wang', upload('late', { at: 9 }));
    await kept.keep('wang', upload('early', { at: 2 }));
    await kept.keep('li', upload('hers'));
    expect(await kept.ids('wang')).toEqual(['early', 'late']);
    await kept.dropAll('wang');
    expect(await kept.ids('wang')).toEqual([]);
    expect(await kept.load('wang', 'late')).toBeUndefined();
    expect(await kept.ids('li')).toEqual(['hers']);
  });

  test('is nothing once it was dropped', async () => {
    await kept.keep('wang', upload('a'));
    await kept.drop('wang', 'a');
    expect(await kept.ids('wang')).toEqual([]);
  });

  test('has a bound in all, not per file, and others are not counted', async () => {
    const most = new File([new Uint8Array(keptAtMost - 10)], 'most.log');
    expect(await kept.keep('wang', upload('a', { file: most }))).toBe(true);
    expect(await kept.keep('wang', upload('b'))).toBe(false);
    expect(await kept.keep('li', upload('c'))).toBe(true);
    await kept.drop('wang', 'a');
    expect(await kept.keep('wang', upload('b'))).toBe(true);
  });

  test('costs nothing where the device keeps nothing', async () => {
    vi.stubGlobal('indexedDB', undefined);
    const none = new Kept();
    expect(await none.keep('wang', upload('a'))).toBe(false);
    expect(await none.ids('wang')).toEqual([]);
    vi.unstubAllGlobals();
  });
});

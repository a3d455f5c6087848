import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { photo, said, wang } from '@/testing/events';
import type { Job } from './transfer';
import { type Place, SendFailed, type Upload } from './upload';
import { ackPatience, atOnce, Uploads } from './uploads';

interface Sending extends Job {
  finish: (outcome?: 'sent' | 'there') => void;
  fail: (error: unknown) => void;
}

const me = wang.user_id;
let jobs: Sending[];
let ended: Place[];
let stored: Set<string>;
let disk: Map<string, Upload>;
let locks: Map<string, Promise<void>>;
let shown: boolean;
let spoken: string[];
let uploads: Uploads;

/** As a device keeps it: what ran has its turn again. */
const clone = (upload: Upload): Upload => {
  const stays = upload.state === 'paused' || upload.state === 'failed';
  return { ...upload, state: stays ? upload.state : 'queued', kept: true };
};
const memory = {
  keep: async (_: string, upload: Upload) => disk.set(upload.id, clone(upload)).size > 0,
  note: async (_: string, upload: Upload) => void disk.set(upload.id, clone(upload)),
  ids: async () => [...disk.keys()],
  load: async (_: string, id: string) => disk.get(id),
  drop: async (_: string, id: string) => void disk.delete(id),
  dropAll: async () => disk.clear(),
};

/** Locks as tabs of one browser share them. */
function claim(id: string, signal: AbortSignal): Promise<() => void> {
  const before = locks.get(id) ?? Promise.resolve();
  let release: () => void = () => undefined;
  locks.set(
    id,
    before.then(() => new Promise<void>((done) => (release = done))),
  );
  return new Promise((granted, refused) => {
    signal.addEventListener('abort', () => refused(signal.reason));
    void before.then(() => granted(() => release()));
  });
}

function queue(): Uploads {
  return new Uploads({
    send: (job) =>
      new Promise((finish, fail) => {
        job.signal.addEventListener('abort', () => fail(job.signal.reason));
        jobs.push({ ...job, finish: (outcome = 'sent') => finish(outcome), fail });
      }),
    isStored: async (_, fileId) => stored.has(fileId),
    end: async (place) => void ended.push(place),
    kept: memory,
    claim,
    isShown: () => shown,
    say: (roomId, text) => void spoken.push(`${roomId} ${text}`),
    random: () => 1,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  [jobs, ended, stored, disk, locks, shown] = [[], [], new Set(), new Map(), new Map(), true];
  spoken = [];
  uploads = queue();
  uploads.start(me);
});
afterEach(() => {
  uploads.stop();
  vi.useRealTimers();
});

const file = (name: string, size = 100) => new File([new Uint8Array(size)], name);
const items = () => uploads.store.getState().items;
const states = () => items().map((item) => `${item.file.name} ${item.state}`);
const first = () => items()[0]?.id ?? '';
const settled = () => vi.advanceTimersByTimeAsync(0);
const place = (fileId: string): Place => ({ url: `/api/rooms/r1/uploads/${fileId}`, fileId });
const job = (index: number): Sending => {
  const found = jobs[index];
  if (found === undefined) throw new Error(`no attempt ${index}`);
  return found;
};
const trouble = (status: number, retryable = status === 0) =>
  ({ code: 'unavailable', detail: '', status, retryable }) as const;
const cutOff = () => new SendFailed(trouble(0), true);

/** A file of which the server has 60 of 100 bytes. */
async function underWay(): Promise<void> {
  uploads.add('r1', file('oil.jpg'), '油');
  job(0).onSha256('5e');
  job(0).onPlace(place('f1'));
  job(0).onAccepted(60);
  job(0).onProgress(70);
  await settled();
}

describe('F-UP-28 success is only what the server says after the last byte', () => {
  test('all bytes are out, then the ack, then the message in the log', async () => {
    await underWay();
    expect(job(0)).toMatchObject({ roomId: 'r1', description: '油' });
    expect(items()[0]).toMatchObject({ state: 'sending', sent: 70 });
    job(0).finish();
    await settled();
    expect(states()).toEqual(['oil.jpg finishing']);
    uploads.acked('f1');
    expect(states()).toEqual(['oil.jpg stored']);
    expect(uploads.store.getState().news).toMatchObject({ name: 'oil.jpg', how: 'stored' });
    uploads.take(photo(9, 'f1'));
    expect(states()).toEqual([]);
    expect(disk.size).toBe(0);
  });

  test('the message may come before the ack, and before the answer', async () => {
    await underWay();
    uploads.take(said(8));
    uploads.take(photo(9, 'f1'));
    uploads.acked('f1');
    expect(states()).toEqual([]);
    expect(job(0).signal.aborted).toBe(true);
  });

  test('a room that is not followed shows no message: the ack is the end', async () => {
    shown = false;
    await underWay();
    uploads.acked('f1');
    expect(states()).toEqual([]);
    expect(uploads.store.getState().news).toMatchObject({ roomId: 'r1', how: 'stored' });
  });

  test('without an ack the server is asked, not before its time', async () => {
    await underWay();
    stored.add('f1');
    job(0).finish();
    await vi.advanceTimersByTimeAsync(ackPatience - 1);
    expect(states()).toEqual(['oil.jpg finishing']);
    await vi.advanceTimersByTimeAsync(1);
    expect(states()).toEqual([]);
  });

  test('a 204 without a stored file is no success: the rest is sent again (tusd#1299)', async () => {
    await underWay();
    job(0).finish();
    await vi.advanceTimersByTimeAsync(ackPatience);
    expect(states()).toEqual(['oil.jpg waiting']);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(job(1).place).toEqual(place('f1'));
  });

  test('a file that the room has already is not sent, and that is told; what was written on it is said', async () => {
    stored.add('f0');
    uploads.add('r1', file('oil.jpg'), '還在漏');
    job(0).onPlace(place('f0'));
    job(0).finish('there');
    await settled();
    expect(states()).toEqual([]);
    expect(uploads.store.getState().news).toMatchObject({ how: 'already' });
    expect(spoken).toEqual(['r1 還在漏']);
  });
});

describe('F-UP-25 to 27 what is interrupted goes on by itself', () => {
  test('from the same place, with the same digest, after a pause that grows', async () => {
    await underWay();
    job(0).fail(cutOff());
    await settled();
    expect(items()[0]).toMatchObject({ state: 'waiting', sent: 60, trouble: { status: 0 } });
    await vi.advanceTimersByTimeAsync(500);
    expect(job(1)).toMatchObject({ place: place('f1'), sha256: '5e' });
    job(1).fail(cutOff());
    await vi.advanceTimersByTimeAsync(999);
    expect(jobs).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(jobs).toHaveLength(3);
  });

  test('at once when the network is back or the page is looked at', async () => {
    await underWay();
    window.dispatchEvent(new Event('offline'));
    expect(job(0).signal.aborted).toBe(true);
    expect(states()).toEqual(['oil.jpg waiting']);
    window.dispatchEvent(new Event('online'));
    expect(states()).toEqual(['oil.jpg sending']);
    job(1).fail(cutOff());
    await settled();
    document.dispatchEvent(new Event('visibilitychange'));
    expect(jobs).toHaveLength(3);
  });

  test('not before the time that a busy server named', async () => {
    await underWay();
    job(0).fail(new SendFailed(trouble(503, true), true, 7_000));
    await settled();
    uploads.hurry();
    await vi.advanceTimersByTimeAsync(6_999);
    expect(jobs).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(jobs).toHaveLength(2);
  });

  test('what the server knows no more begins anew', async () => {
    await underWay();
    job(0).fail(new SendFailed(trouble(404), true));
    await settled();
    expect(job(1)).toMatchObject({ place: undefined, sha256: '5e' });
    expect(states()).toEqual(['oil.jpg sending']);
  });

  test('unless another tab has cancelled it', async () => {
    await underWay();
    disk.clear();
    job(0).fail(new SendFailed(trouble(410), true));
    await settled();
    expect(states()).toEqual([]);
  });

  test('an offset or a lock that never fits is believed after a while', async () => {
    await underWay();
    for (let attempt = 0; attempt < 6; attempt += 1) {
      job(attempt).fail(new SendFailed(trouble(409), true));
      await vi.advanceTimersByTimeAsync(30_000);
    }
    expect(states()).toEqual(['oil.jpg failed']);
  });

  test('a file that is damaged on every way is not sent for ever', async () => {
    await underWay();
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const current = jobs[attempt];
      if (current === undefined) break;
      const known = current.place !== undefined || attempt === 0;
      if (!known) current.onPlace(place('f1'));
      if (!known) current.onAccepted(60);
      current.fail(new SendFailed(trouble(attempt % 2 === 0 ? 460 : 404), true));
      await vi.advanceTimersByTimeAsync(30_000);
    }
    expect(states()).toEqual(['oil.jpg failed']);
  });

  test('but every byte of progress gives it new patience', async () => {
    await underWay();
    for (let attempt = 0; attempt < 12; attempt += 1) {
      job(attempt).onAccepted(61 + attempt);
      job(attempt).fail(new SendFailed(trouble(423), true));
      await vi.advanceTimersByTimeAsync(30_000);
    }
    expect(states()).toEqual(['oil.jpg sending']);
  });
});

describe('F-UI-07 the hand of the user', () => {
  test('pause stops the bytes and keeps the place, resume goes on from it', async () => {
    await underWay();
    uploads.pause(first());
    expect(job(0).signal.aborted).toBe(true);
    await settled();
    expect(items()[0]).toMatchObject({ state: 'paused', sent: 60 }); // what is there, not what has left
    window.dispatchEvent(new Event('online'));
    expect(jobs).toHaveLength(1);
    uploads.resume(first());
    expect(job(1).place).toEqual(place('f1'));
  });

  test('cancel ends it here, on the server and on the disk', async () => {
    await underWay();
    uploads.cancel(first());
    await settled();
    expect(states()).toEqual([]);
    expect(ended).toEqual([place('f1')]);
    expect(disk.size).toBe(0);
  });

  test('what is refused for good says why and waits for a decision', async () => {
    await underWay();
    job(0).fail(
      new SendFailed({ code: 'file_type_refused', detail: '', status: 415, retryable: false }, true),
    );
    await settled();
    expect(items()[0]).toMatchObject({ state: 'failed', trouble: { code: 'file_type_refused' } });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(jobs).toHaveLength(1);
    uploads.resume(first());
    expect(states()).toEqual(['oil.jpg sending']);
  });

  test('a file that this device gives out no more fails at once', async () => {
    uploads.add('r1', file('oil.jpg'));
    job(0).fail(new DOMException('moved', 'NotReadableError'));
    await settled();
    expect(items()[0]).toMatchObject({ state: 'failed', trouble: { code: 'unreadable' } });
  });

  test('a few run at once, in the order of choosing; all can be paused and resumed', async () => {
    for (const name of ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg']) uploads.add('r1', file(name));
    expect(jobs).toHaveLength(atOnce);
    expect(states().slice(2)).toEqual(['c.jpg sending', 'd.jpg queued', 'e.jpg queued']);
    job(1).finish();
    await settled();
    expect(states().slice(1)).toEqual(['b.jpg finishing', 'c.jpg sending', 'd.jpg sending', 'e.jpg queued']);
    uploads.pauseAll('r1');
    await settled();
    expect(jobs).toHaveLength(atOnce + 1); // none started on the way
    expect(states().filter((state) => state.endsWith('paused'))).toHaveLength(4);
    uploads.resumeAll('r1');
    expect(jobs.slice(4).map((one) => one.file.name)).toEqual(['a.jpg', 'c.jpg', 'd.jpg']);
  });

  test('files of one send end in the order of choosing: each waits for those before it, as long as they come by themselves', async () => {
    const names = ['a.jpg', 'setup.exe', 'b.jpg', 'c.jpg', 'd.jpg'];
    await uploads.addAll(
      'r1',
      names.map(async (name) => ({ file: file(name), description: '' })),
    );
    uploads.add('r1', file('later.jpg'));
    const went: string[] = [];
    const ask = (index: number) =>
      void job(index)
        .turn()
        .then(() => went.push(job(index).file.name));
    for (const index of [0, 1, 2]) ask(index);
    await settled();
    expect(went).toEqual(['a.jpg']);
    job(0).fail(cutOff());
    await settled();
    expect(states().slice(3)).toEqual(['c.jpg sending', 'd.jpg sending', 'later.jpg queued']);
    await vi.advanceTimersByTimeAsync(500); // a.jpg comes back although three are sending
    expect(states()[0]).toBe('a.jpg sending');
    expect(went).toEqual(['a.jpg']);
    job(4).finish();
    await settled();
    expect(went).toEqual(['a.jpg', 'b.jpg']);

    uploads.pause(items()[2]?.id ?? '');
    await settled();
    expect(went).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
    const later = jobs.findIndex((one) => one.file.name === 'later.jpg');
    ask(later);
    await settled();
    expect(went.at(-1)).toBe('later.jpg'); // another send waits for nobody
  });

  test.each([
    ['setup.exe', 10, 'file_type_refused'],
    ['noextension', 10, 'file_type_refused'],
    ['empty.jpg', 0, 'empty_file'],
    ['big.csv', 5 * 1024 * 1024 + 1, 'file_too_large'],
  ])('%s of %i bytes is refused before a byte leaves: %s', (name, size, code) => {
    uploads.add('r1', file(name, size));
    expect(items()[0]).toMatchObject({ state: 'failed', trouble: { code, retryable: false } });
    expect(jobs).toHaveLength(0);
  });

  test.each([
    ['limit.csv', 5 * 1024 * 1024],
    ['PHOTO.JPEG', 10 * 1024 * 1024],
    ['manual.pdf', 20 * 1024 * 1024],
  ])('%s of exactly its limit goes', (name, size) => {
    uploads.add('r1', file(name, size));
    expect(jobs).toHaveLength(1);
  });
});

describe('UX 10 the queue outlives the page', () => {
  /** What a reload does. */
  function reload(): void {
    uploads.stop();
    uploads = queue();
    uploads.start(me);
  }

  test('what ran goes on, what was paused stays so, in the same order', async () => {
    await underWay();
    for (const name of ['b.jpg', 'c.jpg', 'd.jpg', 'e.jpg']) uploads.add('r2', file(name));
    uploads.pause(items()[1]?.id ?? '');
    await settled();
    jobs.length = 0;
    reload();
    await settled();
    expect(states()).toEqual([
      'oil.jpg sending',
      'b.jpg paused',
      'c.jpg sending',
      'd.jpg sending',
      'e.jpg queued',
    ]);
    expect(job(0)).toMatchObject({ place: place('f1'), sha256: '5e', description: '油' });
  });

  test('another tab takes over only when this one has gone', async () => {
    await underWay();
    const other = queue();
    other.start(me);
    await settled();
    expect(other.store.getState().items).toEqual([]);
    uploads.stop();
    await settled();
    expect(other.store.getState().items).toMatchObject([{ state: 'sending', place: place('f1') }]);
    expect(jobs).toHaveLength(2);
    other.stop();
  });

  test('and finds nothing of what has ended', async () => {
    await underWay();
    const other = queue();
    other.start(me);
    await settled();
    uploads.cancel(first());
    await settled();
    expect(other.store.getState().items).toEqual([]);
    other.stop();
  });

  test('a session that ends keeps it for its owner; signing out leaves nothing', async () => {
    await underWay();
    uploads.stop();
    await settled();
    expect(disk.size).toBe(1);
    uploads.start(me);
    await settled();
    uploads.stop(true);
    await settled();
    expect(disk.size).toBe(0);
    expect(states()).toEqual([]);
  });

  test('a device that keeps nothing sends all the same, and it is said', async () => {
    const keep = vi.spyOn(memory, 'keep').mockResolvedValue(false);
    uploads.add('r1', file('oil.jpg'));
    await settled();
    expect(items()[0]).toMatchObject({ state: 'sending', kept: false });
    keep.mockRestore();
  });
});

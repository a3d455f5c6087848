import { beforeEach, describe, expect, test } from 'vitest';
import { RequestFailed } from '@/api/problem';
import type { File as StoredFile } from '@/api/types';
import { li, photo, wang } from '@/testing/events';
import type { Transfer } from './transfer';
import { Uploads } from './uploads';

interface Job extends Transfer {
  finish: (fileId: string) => void;
  fail: (error: unknown) => void;
}

let jobs: Job[];
let uploads: Uploads;

beforeEach(() => {
  jobs = [];
  uploads = new Uploads(
    (job) =>
      new Promise((resolve, reject) => {
        job.signal.addEventListener('abort', () => reject(job.signal.reason));
        jobs.push({ ...job, finish: (file_id) => resolve({ file_id } as StoredFile), fail: reject });
      }),
  );
});

const file = (name: string, size = 100) => new File([new Uint8Array(size)], name);
const items = () => uploads.store.getState().items;
const states = () => items().map((item) => `${item.file.name} ${item.state}`);
const settled = () => new Promise((resolve) => setTimeout(resolve));
const job = (index: number): Job => {
  const found = jobs[index];
  if (found === undefined) throw new Error(`no transfer ${index}`);
  return found;
};

describe('F-UP-28 the state of an upload', () => {
  test('goes from sending through storing to gone, when the log shows the file', async () => {
    uploads.add('r1', file('oil.jpg'), '油');
    expect(job(0)).toMatchObject({ roomId: 'r1', description: '油' });
    job(0).onProgress(60);
    expect(items()[0]).toMatchObject({ state: 'sending', sent: 60 });
    job(0).onProgress(100);
    expect(states()).toEqual(['oil.jpg finishing']);
    job(0).finish('f1');
    await settled();
    expect(states()).toEqual(['oil.jpg stored']);
    uploads.take(photo(9, 'f1'), wang.user_id);
    expect(states()).toEqual([]);
  });

  test('an event that overtakes the answer leaves nothing behind', async () => {
    uploads.add('r1', file('oil.jpg'));
    uploads.take(photo(9, 'f1'), wang.user_id);
    job(0).finish('f1');
    await settled();
    expect(states()).toEqual([]);
  });

  test("another's file is not mine", async () => {
    uploads.add('r1', file('oil.jpg'));
    job(0).finish('f1');
    await settled();
    uploads.take(photo(9, 'f1', li), wang.user_id);
    expect(states()).toEqual(['oil.jpg stored']);
  });

  test('two run at once, the others wait their turn', async () => {
    for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) uploads.add('r1', file(name));
    expect(states()).toEqual(['a.jpg sending', 'b.jpg sending', 'c.jpg waiting']);
    job(0).finish('f1');
    await settled();
    expect(states()).toEqual(['a.jpg stored', 'b.jpg sending', 'c.jpg sending']);
  });
});

describe('when it goes wrong', () => {
  const down = { code: 'store_unavailable', detail: '', status: 503, retryable: true } as const;

  test('says why and can be tried again', async () => {
    uploads.add('r1', file('oil.jpg'));
    job(0).fail(new RequestFailed(down));
    await settled();
    expect(items()[0]).toMatchObject({ state: 'failed', trouble: down });
    uploads.retry(items()[0]?.id ?? '');
    expect(items()[0]).toMatchObject({ state: 'sending', sent: 0, trouble: undefined });
    expect(jobs).toHaveLength(2);
  });

  test('cancel stops the transfer and clears the tile', async () => {
    uploads.add('r1', file('oil.jpg'));
    uploads.cancel(items()[0]?.id ?? '');
    await settled();
    expect(job(0).signal.aborted).toBe(true);
    expect(states()).toEqual([]);
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

// @vitest-environment node
import { expect, test } from 'vitest';
import { rowsOf } from './rows';

test('F-OP-06: the sums of the storage hold every kind and all that is not seen', () => {
  const rows = rowsOf({
    kinds: [
      { kind: 'log', files: 2, bytes: 30 },
      { kind: 'image', files: 3, bytes: 500 },
    ],
    deleted: { files: 1, bytes: 7 },
    quarantined: { files: 1, bytes: 2 },
    unfinished: { uploads: 4, bytes: 1000 },
  });
  expect(rows.kinds).toEqual([
    { kind: 'image', count: 3, bytes: 500 },
    { kind: 'document', count: 0, bytes: 0 },
    { kind: 'log', count: 2, bytes: 30 },
  ]);
  expect(rows.seen).toEqual({ count: 5, bytes: 530 });
  expect(rows.all).toEqual({ count: 11, bytes: 1539 });
});

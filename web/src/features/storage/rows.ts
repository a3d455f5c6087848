import type { FileKind, StorageUse } from '@/api/types';

interface Sum {
  count: number;
  bytes: number;
}

export interface Rows {
  kinds: ({ kind: FileKind } & Sum)[];
  /** What people can see. */
  seen: Sum;
  deleted: Sum;
  quarantined: Sum;
  unfinished: Sum;
  /** All that takes room. */
  all: Sum;
}

const order: readonly FileKind[] = ['image', 'document', 'log'];

function add(sums: readonly Sum[]): Sum {
  return sums.reduce((all, { count, bytes }) => ({ count: all.count + count, bytes: all.bytes + bytes }), {
    count: 0,
    bytes: 0,
  });
}

/** The rows of the table: every kind, also one without files, and the sums. */
export function rowsOf(use: StorageUse): Rows {
  const kinds = order.map((kind) => {
    const found = use.kinds.find((one) => one.kind === kind);
    return { kind, count: found?.files ?? 0, bytes: found?.bytes ?? 0 };
  });
  const sum = ({ files, bytes }: { files: number; bytes: number }): Sum => ({ count: files, bytes });
  const seen = add(kinds);
  const deleted = sum(use.deleted);
  const quarantined = sum(use.quarantined);
  const unfinished = { count: use.unfinished.uploads, bytes: use.unfinished.bytes };
  return {
    kinds,
    seen,
    deleted,
    quarantined,
    unfinished,
    all: add([seen, deleted, quarantined, unfinished]),
  };
}

import { useState } from 'react';

/** Ends things one by one and knows which are on their way; `trouble` is why the last one did not end. */
export function useEnding(end: (id: string) => Promise<void>, done: () => void) {
  const [ending, setEnding] = useState<ReadonlySet<string>>(new Set());
  const [trouble, setTrouble] = useState<unknown>(null);
  const run = async (ids: string[]): Promise<boolean> => {
    setTrouble(null);
    setEnding((before) => new Set([...before, ...ids]));
    const outcomes = await Promise.allSettled(ids.map(end));
    setEnding((before) => new Set([...before].filter((id) => !ids.includes(id))));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) setTrouble(failed.reason);
    done();
    return failed === undefined;
  };
  return { ending, trouble, run };
}

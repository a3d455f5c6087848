/** Gives a turn back, so that another tab may have it. */
export type Release = () => void;

/**
 * Waits until no other tab has the turn of that name. Plain http has no Web Locks: there
 * two tabs may send the same thing, which the server takes as one.
 */
export function claim(name: string, signal: AbortSignal): Promise<Release> {
  const locks: LockManager | undefined = navigator.locks;
  if (locks === undefined) return Promise.resolve(() => undefined);
  return new Promise((granted, refused) => {
    locks
      .request(
        `task-reporter.${name}`,
        { signal },
        () => new Promise<void>((release) => granted(() => release())),
      )
      .catch(refused);
  });
}

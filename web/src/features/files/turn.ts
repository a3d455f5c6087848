/** Gives an upload back, so that another tab may go on with it. */
export type Release = () => void;

/**
 * Waits until no other tab has this upload. Plain http has no Web Locks: there two
 * tabs may send the same one, which the server takes as one.
 */
export function claim(id: string, signal: AbortSignal): Promise<Release> {
  const locks: LockManager | undefined = navigator.locks;
  if (locks === undefined) return Promise.resolve(() => undefined);
  return new Promise((granted, refused) => {
    locks
      .request(
        `task-reporter.upload.${id}`,
        { signal },
        () => new Promise<void>((release) => granted(() => release())),
      )
      .catch(refused);
  });
}

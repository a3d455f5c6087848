/** What a promise gives, or `otherwise` when it takes longer: for a device whose storage hangs. */
export function soon<T>(promise: Promise<T>, milliseconds: number, otherwise: T): Promise<T> {
  return new Promise((done) => {
    const timer = setTimeout(() => done(otherwise), milliseconds);
    void promise.then((value) => {
      clearTimeout(timer);
      done(value);
    });
  });
}

/** Milliseconds for which storage may take its time before work goes on without it. */
export const shelfPatience = 1_000;

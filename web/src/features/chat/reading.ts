/** Milliseconds between two read pointers of a room. */
export const readEvery = 1000;

interface Pointer {
  seen: number;
  sent: number;
  timer?: ReturnType<typeof setTimeout>;
}

/**
 * Tells the server up to where I have read: only what was on the screen of a
 * visible tab, at most once a second per room, never back (UX 4).
 */
export class Reading {
  private readonly rooms = new Map<string, Pointer>();

  constructor(private readonly send: (roomId: string, seq: number) => boolean) {}

  /** `known`: up to where the server already knows it. */
  saw(roomId: string, seq: number, known: number): void {
    if (document.visibilityState !== 'visible') return;
    const pointer = this.rooms.get(roomId) ?? { seen: known, sent: known };
    this.rooms.set(roomId, pointer);
    pointer.sent = Math.max(pointer.sent, known);
    pointer.seen = Math.max(pointer.seen, seq);
    if (pointer.timer === undefined) this.tell(roomId, pointer);
  }

  /** The connection is live again: what could not be told is told. */
  connected(): void {
    for (const [roomId, pointer] of this.rooms) if (pointer.timer === undefined) this.tell(roomId, pointer);
  }

  clear(): void {
    for (const { timer } of this.rooms.values()) clearTimeout(timer);
    this.rooms.clear();
  }

  private tell(roomId: string, pointer: Pointer): void {
    if (pointer.seen <= pointer.sent || !this.send(roomId, pointer.seen)) return;
    pointer.sent = pointer.seen;
    pointer.timer = setTimeout(() => {
      pointer.timer = undefined;
      this.tell(roomId, pointer);
    }, readEvery);
  }
}

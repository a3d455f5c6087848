import type { Kept, Laid } from './kept';

/** What one tab tells the others: something was laid into a room's tray, or taken out. */
interface Told {
  user: string;
  roomId: string;
}

/** The files that were chosen for one room and not sent. */
export interface Tray {
  /** False when the file will not outlive the page. */
  lay: (laid: Omit<Laid, 'roomId'>) => Promise<boolean>;
  takeUp: (keys: string[]) => Promise<void>;
  laid: () => Promise<Laid[]>;
  /** Says when another tab has changed it, until the returned function is called. */
  follow: (changed: () => void) => () => void;
}

/**
 * Files that were chosen and not sent: a reload and a closed tab lose nothing (UX 8). A room has
 * one tray in all tabs of a person, and each file in it is kept by itself: two tabs that choose at
 * once do not write over each other.
 */
export class Trays {
  private readonly loose = new Set<string>(); // what lies ready and is not kept
  private readonly followers = new Set<(told: Told) => void>();
  private user: string | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly kept: Pick<Kept, 'lay' | 'laid' | 'takeUp'>,
    private readonly tabs: BroadcastChannel,
  ) {
    tabs.onmessage = ({ data }: MessageEvent<Told>) => {
      for (const hear of this.followers) hear(data);
    };
  }

  start(user: string): void {
    this.user = user;
  }

  /** What is kept stays on this device. */
  stop(): void {
    this.user = undefined;
    this.loose.clear();
  }

  /** Whether something would be gone with the page. */
  wouldLose(): boolean {
    return this.loose.size > 0;
  }

  of(roomId: string): Tray {
    const tell = (user: string) => this.tabs.postMessage({ user, roomId } satisfies Told);
    return {
      lay: (laid) =>
        this.inTurn(async (user) => {
          const kept = user !== undefined && (await this.kept.lay(user, { ...laid, roomId }));
          if (kept) this.loose.delete(`${roomId}/${laid.key}`);
          else this.loose.add(`${roomId}/${laid.key}`);
          if (kept) tell(user);
          return kept;
        }),
      takeUp: (keys) =>
        this.inTurn(async (user) => {
          for (const key of keys) this.loose.delete(`${roomId}/${key}`);
          if (user === undefined) return;
          for (const key of keys) await this.kept.takeUp(user, { roomId, key });
          tell(user);
        }),
      laid: async () => (this.user === undefined ? [] : this.kept.laid(this.user, roomId)),
      follow: (changed) => {
        const hear = (told: Told) => told.user === this.user && told.roomId === roomId && changed();
        this.followers.add(hear);
        return () => this.followers.delete(hear);
      },
    };
  }

  /** One after the other, for whom it was asked: what is taken out is not written again. */
  private inTurn<T>(act: (user: string | undefined) => Promise<T>): Promise<T> {
    const { user } = this;
    const result = this.turn.then(() => act(user));
    this.turn = result;
    return result;
  }
}

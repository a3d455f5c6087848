import { createStore } from 'zustand/vanilla';
import type { Message } from '@/api/types';
import type { Shelf } from '@/device/shelf';
import { soon } from '@/device/soon';

/** What is being written in a room. */
export interface Draft {
  roomId: string;
  text: string;
  reply?: Message; // what it answers
  at: number; // of the last change, Unix milliseconds
}

interface State {
  /** Nothing is known of a room's draft before. */
  ready: boolean;
  rooms: Record<string, Draft>;
  /** What another tab has written, as long as this one has written nothing since; an empty text where the draft is gone. */
  heard?: Draft;
}

/** What one tab tells the others. */
interface Told {
  user: string;
  draft: Draft;
}

/** Drafts that are kept for one person; the oldest go first. */
export const draftsAtMost = 50;
/** Milliseconds that a busy device may take to find them; later it is as if there were none. */
const readingPatience = 5_000;
/** Milliseconds for which a draft that nobody touches is kept. */
export const draftAge = 30 * 24 * 3600_000;

const nothing: State = { ready: false, rooms: {}, heard: undefined };

/**
 * What was being written, per room: Back, a reload and a closed tab lose nothing (F-UI-10, UX 8).
 * A room has one draft in all tabs of a person: what is written in one stands in the others.
 */
export class Drafts {
  readonly store = createStore<State>()(() => nothing);
  private user: string | undefined;

  constructor(
    private readonly shelf: Pick<Shelf, 'put' | 'all' | 'drop'>,
    private readonly tabs: BroadcastChannel,
  ) {
    tabs.onmessage = ({ data }: MessageEvent<Told>) => this.hear(data);
  }

  async start(user: string): Promise<void> {
    this.user = user;
    const found = await soon(this.shelf.all<Draft>(user, 'draft'), readingPatience, []);
    const kept = (found ?? []).toSorted((a, b) => b.at - a.at);
    if (this.user !== user) return;
    const good = kept.slice(0, draftsAtMost).filter(({ at }) => Date.now() - at < draftAge);
    for (const draft of kept) {
      if (!good.includes(draft)) void this.shelf.drop(user, draft.roomId, ['draft']);
    }
    this.store.setState({
      ready: true,
      rooms: Object.fromEntries(good.map((draft) => [draft.roomId, draft])),
    });
  }

  /** What is kept stays on this device. */
  stop(): void {
    this.user = undefined;
    this.store.setState(nothing);
  }

  read(roomId: string): Draft | undefined {
    return this.store.getState().rooms[roomId];
  }

  write(roomId: string, change: Partial<Pick<Draft, 'text' | 'reply'>>): void {
    const { user } = this;
    const before = this.read(roomId) ?? { roomId, text: '', at: 0 };
    const draft = { ...before, ...change, at: Date.now() };
    if (user === undefined || (draft.text === before.text && draft.reply === before.reply)) return;
    this.set(draft);
    this.store.setState({ heard: undefined });
    this.tabs.postMessage({ user, draft } satisfies Told);
    if (isEmpty(draft)) void this.shelf.drop(user, roomId, ['draft']);
    else void this.shelf.put(user, roomId, { draft });
  }

  /** Puts text below what was being written. */
  addText(roomId: string, text: string): void {
    const before = this.read(roomId)?.text ?? '';
    this.write(roomId, { text: before === '' ? text : `${before}\n${text}` });
  }

  private hear({ user, draft }: Told): void {
    if (user !== this.user) return;
    this.set(draft);
    this.store.setState({ heard: draft });
  }

  private set(draft: Draft): void {
    const { [draft.roomId]: _, ...others } = this.store.getState().rooms;
    this.store.setState({ rooms: isEmpty(draft) ? others : { ...others, [draft.roomId]: draft } });
  }
}

function isEmpty(draft: Draft): boolean {
  return draft.text === '' && draft.reply === undefined;
}

import { createStore } from 'zustand/vanilla';
import { randomId } from '@/api/id';
import { type Trouble, troubleOf } from '@/api/problem';
import type { RoomEvent, File as StoredFile } from '@/api/types';
import { refusal } from './allowed';
import type { Transfer } from './transfer';

/** `finishing`: all bytes are out, the server checks and stores. `stored`: its message is awaited. */
export type UploadState = 'waiting' | 'sending' | 'finishing' | 'stored' | 'failed';

export interface Upload {
  id: string;
  roomId: string;
  file: globalThis.File;
  description: string;
  state: UploadState;
  sent: number; // bytes
  trouble?: Trouble;
  fileId?: string;
}

/** Uploads that run at once: more only share the same radio. */
const atOnce = 2;

/** Files on their way into rooms. One disappears when the room's log shows it. */
export class Uploads {
  readonly store = createStore<{ items: Upload[] }>()(() => ({ items: [] }));
  private readonly running = new Map<string, AbortController>();
  private readonly seen = new Set<string>(); // files whose event came before the answer

  constructor(private readonly transfer: (job: Transfer) => Promise<StoredFile>) {}

  add(roomId: string, file: globalThis.File, description = ''): void {
    const code = refusal(file);
    const item: Upload = { id: randomId(), roomId, file, description, state: 'waiting', sent: 0 };
    if (code !== undefined) {
      item.state = 'failed';
      item.trouble = { code, detail: '', status: 0, retryable: false };
    }
    this.store.setState(({ items }) => ({ items: [...items, item] }));
    this.pump();
  }

  retry(id: string): void {
    this.change(id, { state: 'waiting', sent: 0, trouble: undefined });
    this.pump();
  }

  /** Stops an upload, or takes a failed one off the screen. */
  cancel(id: string): void {
    this.running.get(id)?.abort();
    this.remove(id);
    this.pump();
  }

  /** The room's log was reset: what is stored lies before it and will not be seen in it. */
  forgetStored(roomId: string): void {
    for (const item of this.store.getState().items) {
      if (item.roomId === roomId && item.state === 'stored') this.remove(item.id);
    }
  }

  clear(): void {
    for (const item of this.store.getState().items) this.cancel(item.id);
  }

  /** Takes what the log says about a file of mine. */
  take(event: RoomEvent, me: string): void {
    if (event.type !== 'message' || event.by.user_id !== me) return;
    const fileId = event.message.metadata?.file_id;
    if (fileId === undefined) return;
    this.seen.add(fileId);
    for (const item of this.store.getState().items) if (item.fileId === fileId) this.remove(item.id);
  }

  private pump(): void {
    for (const item of this.store.getState().items) {
      if (this.running.size >= atOnce) return;
      if (item.state === 'waiting' && !this.running.has(item.id)) void this.run(item);
    }
  }

  private async run(item: Upload): Promise<void> {
    const abort = new AbortController();
    this.running.set(item.id, abort);
    this.change(item.id, { state: 'sending' });
    try {
      const stored = await this.transfer({
        roomId: item.roomId,
        file: item.file,
        description: item.description,
        signal: abort.signal,
        onProgress: (sent) =>
          this.change(item.id, { sent, state: sent >= item.file.size ? 'finishing' : 'sending' }),
      });
      this.change(item.id, { state: 'stored', sent: item.file.size, fileId: stored.file_id });
      if (this.seen.has(stored.file_id)) this.remove(item.id);
    } catch (error) {
      if (!abort.signal.aborted) this.change(item.id, { state: 'failed', trouble: troubleOf(error) });
    } finally {
      this.running.delete(item.id);
      this.pump();
    }
  }

  private change(id: string, change: Partial<Upload>): void {
    this.store.setState(({ items }) => ({
      items: items.map((item) => (item.id === id ? { ...item, ...change } : item)),
    }));
  }

  private remove(id: string): void {
    this.store.setState(({ items }) => ({ items: items.filter((item) => item.id !== id) }));
  }
}

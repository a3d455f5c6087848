import { clear, createStore, delMany, getMany, keys, set, setMany, type UseStore } from 'idb-keyval';
import type { Upload } from './upload';

/** Bytes of one person's files that this device keeps for them. */
export const keptAtMost = 200 * 1024 * 1024;

/** What is written of an upload beside its bytes. */
type Note = Pick<Upload, 'id' | 'roomId' | 'description' | 'at' | 'sent' | 'place' | 'sha256' | 'trouble'> & {
  state: 'queued' | 'paused' | 'failed';
  name: string;
  type: string;
  lastModified: number;
  size: number;
};

type Key = [user: string, part: 'note' | 'bytes', id: string];

/**
 * What is on its way, in IndexedDB, so that it outlives the page. A device that
 * refuses to keep anything costs nothing but that.
 */
export class Kept {
  private opened: UseStore | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  /** False when the file will not outlive the page. */
  keep(user: string, upload: Upload): Promise<boolean> {
    return this.inTurn(async (store) => {
      const notes = await this.notes(user, store);
      const used = notes.reduce((sum, note) => sum + note.size, 0);
      if (used + upload.file.size > keptAtMost) return false;
      const key = (part: Key[1]): Key => [user, part, upload.id];
      await setMany(
        [
          [key('bytes'), upload.file],
          [key('note'), noteOf(upload)],
        ],
        store,
      );
      return true;
    }, false);
  }

  /** Writes anew what has changed beside the bytes. */
  note(user: string, upload: Upload): Promise<void> {
    return this.inTurn(
      (store) => set([user, 'note', upload.id] satisfies Key, noteOf(upload), store),
      undefined,
    );
  }

  /** The uploads of somebody, in the order of choosing. */
  ids(user: string): Promise<string[]> {
    return this.inTurn(async (store) => {
      const notes = await this.notes(user, store);
      return notes.toSorted((a, b) => a.at - b.at).map((note) => note.id);
    }, []);
  }

  load(user: string, id: string): Promise<Upload | undefined> {
    return this.inTurn(async (store) => {
      const [note, bytes] = await getMany<Note & Blob>(
        [[user, 'note', id] as Key, [user, 'bytes', id] as Key],
        store,
      );
      return note === undefined || bytes === undefined ? undefined : uploadOf(note, bytes);
    }, undefined);
  }

  drop(user: string, id: string): Promise<void> {
    return this.inTurn(
      (store) => delMany([[user, 'note', id] as Key, [user, 'bytes', id] as Key], store),
      undefined,
    );
  }

  /** Leaves nothing of somebody on this device. */
  dropAll(user: string): Promise<void> {
    return this.inTurn(async (store) => {
      const all = await keys<Key>(store);
      const theirs = all.filter(([owner]) => owner === user);
      if (theirs.length === all.length) await clear(store);
      else await delMany(theirs, store);
    }, undefined);
  }

  private async notes(user: string, store: UseStore): Promise<Note[]> {
    const all = await keys<Key>(store);
    const wanted = all.filter(([owner, part]) => owner === user && part === 'note');
    return (await getMany<Note | undefined>(wanted, store)).filter((note) => note !== undefined);
  }

  /** One after the other: what was written is there for the next. */
  private inTurn<T>(act: (store: UseStore) => Promise<T>, refused: T): Promise<T> {
    const run = async (): Promise<T> => {
      try {
        this.opened ??= createStore('task-reporter-uploads', 'kept');
        return await act(this.opened);
      } catch {
        this.opened = undefined; // no storage, or full, or closed by the browser
        return refused;
      }
    };
    const result = this.turn.then(run);
    this.turn = result;
    return result;
  }
}

function noteOf(upload: Upload): Note {
  const { id, roomId, description, at, sent, place, sha256, trouble, file, state } = upload;
  return {
    id,
    roomId,
    description,
    at,
    sent,
    place,
    sha256,
    trouble: state === 'failed' ? trouble : undefined,
    state: state === 'paused' || state === 'failed' ? state : 'queued',
    name: file.name,
    type: file.type,
    lastModified: file.lastModified,
    size: file.size,
  };
}

/** Not every browser gives a File back with its name. */
function uploadOf(note: Note, bytes: Blob): Upload {
  const { name, type, lastModified, size: _, ...rest } = note;
  return { ...rest, file: new globalThis.File([bytes], name, { type, lastModified }), kept: true };
}

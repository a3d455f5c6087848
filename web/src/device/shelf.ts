import { createStore, delMany, getMany, keys, setMany, type UseStore } from 'idb-keyval';

type Key = [user: string, part: string, id: string];

/**
 * What people leave on this device, in IndexedDB, so that it outlives the page. Each thing
 * belongs to one person and is given out for that person only. A device that refuses to
 * keep anything costs nothing but that.
 */
export class Shelf {
  private opened: UseStore | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly name: string) {}

  /** Writes some things of one id, all or none; false when the device does not keep them. */
  put(user: string, id: string, parts: Record<string, unknown>): Promise<boolean> {
    return this.inTurn(async (store) => {
      const entries = Object.entries(parts).map(([part, value]): [Key, unknown] => [[user, part, id], value]);
      await setMany(entries, store);
      return true;
    }, false);
  }

  get<T>(user: string, part: string, id: string): Promise<T | undefined> {
    return this.inTurn(
      async (store) => (await getMany<T | undefined>([[user, part, id]], store))[0],
      undefined,
    );
  }

  /** All of one part; nothing when the device does not say. */
  all<T>(user: string, part: string): Promise<T[] | undefined> {
    return this.inTurn(async (store) => {
      const wanted = (await this.keys(store)).filter(([owner, one]) => owner === user && one === part);
      return (await getMany<T | undefined>(wanted, store)).filter((value) => value !== undefined);
    }, undefined);
  }

  drop(user: string, id: string, parts: string[]): Promise<void> {
    return this.inTurn(
      (store) =>
        delMany(
          parts.map((part): Key => [user, part, id]),
          store,
        ),
      undefined,
    );
  }

  /** Leaves nothing of somebody on this device. */
  dropAll(user: string): Promise<void> {
    return this.dropWhere(([owner]) => owner === user);
  }

  /** Leaves nothing of anybody, but of the one who is named. */
  dropOthers(user?: string): Promise<void> {
    return this.dropWhere(([owner]) => owner !== user);
  }

  private dropWhere(goes: (key: Key) => boolean): Promise<void> {
    return this.inTurn(async (store) => delMany((await this.keys(store)).filter(goes), store), undefined);
  }

  private keys(store: UseStore): Promise<Key[]> {
    return keys<Key>(store);
  }

  /** One after the other: what was written is there for the next. */
  private inTurn<T>(act: (store: UseStore) => Promise<T>, refused: T): Promise<T> {
    const run = async (): Promise<T> => {
      try {
        this.opened ??= createStore(this.name, 'kept');
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

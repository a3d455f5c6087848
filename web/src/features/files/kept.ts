import { Shelf } from '@/device/shelf';
import type { Upload } from './upload';

/** Bytes of one person's files on their way that this device keeps for them. */
export const keptAtMost = 200 * 1024 * 1024;
/** The same, of files that were chosen and not sent. */
export const stagedAtMost = 100 * 1024 * 1024;

/** What is written of an upload beside its bytes. */
type Note = Pick<
  Upload,
  'id' | 'roomId' | 'description' | 'at' | 'batch' | 'sent' | 'place' | 'sha256' | 'trouble'
> & {
  state: 'queued' | 'paused' | 'failed';
  name: string;
  type: string;
  lastModified: number;
  size: number;
};

/** A file that was chosen for a room and not sent yet, with what was written on it. */
export interface Laid {
  key: string; // of the file, the same in all tabs
  roomId: string;
  file: globalThis.File;
  description: string;
  at: number; // its place in the order of choosing: Unix milliseconds
}

/** How it is kept. Not every browser gives a File back with its name. */
type LaidNote = Omit<Laid, 'file'> & {
  bytes: Blob;
  name: string;
  type: string;
  lastModified: number;
};

/** Stands for the room that is being declared, as long as it is none. */
export const beingDeclared = 'being-declared';

/** Milliseconds for which files that nobody sends are kept. */
const laidAge = 7 * 24 * 3600_000;
/** The same without a room: what was seen earlier is another incident. */
const undeclaredAge = 3600_000;

/** What is on its way, or about to be, on this device. */
export class Kept {
  private readonly shelf = new Shelf('task-reporter-uploads');

  /** False when the file will not outlive the page. */
  async keep(user: string, upload: Upload): Promise<boolean> {
    const used = (await this.notes(user)).reduce((sum, note) => sum + note.size, 0);
    if (used + upload.file.size > keptAtMost) return false;
    return this.shelf.put(user, upload.id, { bytes: upload.file, note: noteOf(upload) });
  }

  /** Writes anew what has changed beside the bytes. */
  async note(user: string, upload: Upload): Promise<void> {
    await this.shelf.put(user, upload.id, { note: noteOf(upload) });
  }

  /** The uploads of somebody, in the order of choosing. */
  async ids(user: string): Promise<string[]> {
    return (await this.notes(user)).toSorted((a, b) => a.at - b.at).map((note) => note.id);
  }

  async load(user: string, id: string): Promise<Upload | undefined> {
    const note = await this.shelf.get<Note>(user, 'note', id);
    const bytes = await this.shelf.get<Blob>(user, 'bytes', id);
    return note === undefined || bytes === undefined ? undefined : uploadOf(note, bytes);
  }

  drop(user: string, id: string): Promise<void> {
    return this.shelf.drop(user, id, ['note', 'bytes']);
  }

  /** Leaves nothing of somebody on this device. */
  dropAll(user: string): Promise<void> {
    return this.shelf.dropAll(user);
  }

  /** Keeps a file that is laid ready, or what is written on it now; false when that is too much for this device. */
  async lay(user: string, laid: Laid): Promise<boolean> {
    const { file, ...rest } = laid;
    const others = (await this.allLaid(user)).filter((one) => laidId(one) !== laidId(laid));
    const used = others.reduce((sum, { bytes }) => sum + bytes.size, 0);
    if (used + file.size > stagedAtMost) return false;
    const { name, type, lastModified } = file;
    const note: LaidNote = { ...rest, bytes: file, name, type, lastModified };
    return this.shelf.put(user, laidId(laid), { laid: note });
  }

  /** What was laid ready in a room, in the order of choosing. */
  async laid(user: string, roomId: string): Promise<Laid[]> {
    const here = (await this.allLaid(user)).filter((one) => one.roomId === roomId);
    return here
      .toSorted((a, b) => a.at - b.at)
      .map(({ bytes, name, type, lastModified, ...rest }) => ({
        ...rest,
        file: new globalThis.File([bytes], name, { type, lastModified }),
      }));
  }

  /** It was sent, or is not wanted any more. */
  takeUp(user: string, laid: Pick<Laid, 'roomId' | 'key'>): Promise<void> {
    return this.shelf.drop(user, laidId(laid), ['laid']);
  }

  private async allLaid(user: string): Promise<LaidNote[]> {
    const all = (await this.shelf.all<LaidNote>(user, 'laid')) ?? [];
    const old = all.filter(
      ({ roomId, at }) => Date.now() - at > (roomId === beingDeclared ? undeclaredAge : laidAge),
    );
    for (const one of old) void this.takeUp(user, one);
    return all.filter((one) => !old.includes(one));
  }

  private async notes(user: string): Promise<Note[]> {
    return (await this.shelf.all<Note>(user, 'note')) ?? [];
  }
}

function laidId({ roomId, key }: Pick<Laid, 'roomId' | 'key'>): string {
  return `${roomId}/${key}`;
}

function noteOf(upload: Upload): Note {
  const { id, roomId, description, at, batch, sent, place, sha256, trouble, file, state } = upload;
  return {
    id,
    roomId,
    description,
    at,
    batch,
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

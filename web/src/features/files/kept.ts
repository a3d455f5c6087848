import { Shelf } from '@/device/shelf';
import type { Upload } from './upload';

/** Bytes of one person's files on their way that this device keeps for them. */
export const keptAtMost = 200 * 1024 * 1024;
/** The same, of files that were chosen and not sent. */
export const stagedAtMost = 100 * 1024 * 1024;

/** What is written of an upload beside its bytes. */
type Note = Pick<Upload, 'id' | 'roomId' | 'description' | 'at' | 'sent' | 'place' | 'sha256' | 'trouble'> & {
  state: 'queued' | 'paused' | 'failed';
  name: string;
  type: string;
  lastModified: number;
  size: number;
};

/** A file that was chosen in a room and not sent yet, with what was written on it. */
export interface Laid {
  file: globalThis.File;
  description: string;
}

/** What was laid ready in one room. Not every browser gives a File back with its name. */
interface Tray {
  roomId: string;
  at: number; // Unix milliseconds
  size: number; // bytes
  files: { bytes: Blob; name: string; type: string; lastModified: number; description: string }[];
}

/** Milliseconds for which files that nobody sends are kept. */
const trayAge = 7 * 24 * 3600_000;

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

  /** Keeps what is laid ready in a room; false when that is too much for this device. */
  async lay(user: string, roomId: string, files: Laid[]): Promise<boolean> {
    if (files.length === 0) {
      await this.shelf.drop(user, roomId, ['tray']);
      return true;
    }
    const others = (await this.trays(user)).filter((tray) => tray.roomId !== roomId);
    const size = files.reduce((sum, { file }) => sum + file.size, 0);
    if (size + others.reduce((sum, tray) => sum + tray.size, 0) > stagedAtMost) return false;
    const tray: Tray = {
      roomId,
      at: Date.now(),
      size,
      files: files.map(({ file: { name, type, lastModified }, file, description }) => ({
        ...{ bytes: file, name, type, lastModified, description },
      })),
    };
    return this.shelf.put(user, roomId, { tray });
  }

  /** What was laid ready in a room. */
  async laid(user: string, roomId: string): Promise<Laid[]> {
    const tray = (await this.trays(user)).find((one) => one.roomId === roomId);
    return (tray?.files ?? []).map(({ bytes, name, type, lastModified, description }) => ({
      file: new globalThis.File([bytes], name, { type, lastModified }),
      description,
    }));
  }

  private async trays(user: string): Promise<Tray[]> {
    const all = (await this.shelf.all<Tray>(user, 'tray')) ?? [];
    const old = all.filter((tray) => Date.now() - tray.at > trayAge);
    for (const tray of old) void this.shelf.drop(user, tray.roomId, ['tray']);
    return all.filter((tray) => !old.includes(tray));
  }

  private async notes(user: string): Promise<Note[]> {
    return (await this.shelf.all<Note>(user, 'note')) ?? [];
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

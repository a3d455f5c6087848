import { useMediaQuery } from '@mantine/hooks';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ErrorCode } from '@/api/types';
import { refusal } from './allowed';
import type { Laid } from './kept';
import { isLarge, pixelsOf, smaller } from './smaller';
import { prepare } from './transfer';

/** Characters of a file's description. */
export const maxDescription = 1000;

/** A file that was chosen and not sent yet. */
export interface StagedFile {
  key: string;
  original: globalThis.File;
  /** `making`: it is being drawn. `none`: nothing to gain. */
  smaller: globalThis.File | 'making' | 'none';
  description: string;
  refused?: ErrorCode; // of the original
}

export interface Chosen {
  file: globalThis.File;
  description: string;
}

/** What goes with the next send. */
export interface Staged {
  files: StagedFile[];
  /** Send photos as they are. */
  original: boolean;
  /** They outlive the page. */
  kept: boolean;
  setOriginal: (original: boolean) => void;
  add: (files: globalThis.File[]) => void;
  describe: (key: string, description: string) => void;
  remove: (key: string) => void;
  /** How many the next send takes. */
  ready: number;
  /** Takes out what can be sent, each in its form as soon as that is drawn; what is refused stays, with its reason. */
  take: () => Promise<Chosen>[];
}

/** Equal for one file that was chosen twice. */
function sameFile(file: globalThis.File): string {
  return `${file.name}/${file.size}/${file.lastModified}`;
}

/** Where what is laid ready outlives the page. */
interface Shelf {
  /** False when it does not. */
  lay: (files: Laid[]) => Promise<boolean>;
  laid: () => Promise<Laid[]>;
}

type Looked = Pick<StagedFile, 'refused' | 'smaller'>;

/** The form in which a file would be sent; undefined while it is being drawn, or when none is accepted. */
export function chosen(file: StagedFile, original: boolean): globalThis.File | undefined {
  const { smaller: less } = file;
  if (less instanceof globalThis.File && (!original || file.refused !== undefined)) return less;
  if (less === 'making' && (!original || file.refused !== undefined)) return undefined;
  return file.refused === undefined ? file.original : undefined;
}

export function useStaged(shelf: Shelf): Staged {
  const touch = useMediaQuery('(pointer: coarse)', undefined, { getInitialValueInEffect: false });
  const [files, setFiles] = useState<StagedFile[]>([]);
  const [choice, setChoice] = useState<boolean>();
  const looks = useRef(new Map<string, Promise<Looked>>());
  const original = choice ?? !touch; // a desk has the network for it

  const change = useCallback((key: string, change: Partial<StagedFile>) => {
    setFiles((before) => before.map((file) => (file.key === key ? { ...file, ...change } : file)));
  }, []);
  const look = useCallback(
    async (key: string, file: globalThis.File): Promise<Looked> => {
      const pixels = await pixelsOf(file).catch(() => undefined);
      const refused = refusal(file, pixels);
      change(key, { refused });
      const less = isLarge(file, pixels) ? ((await smaller(file)) ?? 'none') : 'none';
      change(key, { smaller: less });
      return { refused, smaller: less };
    },
    [change],
  );
  const put = useCallback(
    (more: Laid[]) => {
      for (const { file, description } of more) {
        const key = sameFile(file);
        if (looks.current.has(key)) continue;
        const staged = { key, original: file, description, refused: refusal(file) };
        setFiles((before) => [...before, { ...staged, smaller: 'making' }]);
        looks.current.set(key, look(key, file));
      }
    },
    [look],
  );
  const add = useCallback(
    (more: globalThis.File[]) => {
      void prepare();
      put(more.map((file) => ({ file, description: '' })));
    },
    [put],
  );
  const kept = useLaid(shelf, files, put);
  const drop = (keys: string[]) => {
    for (const key of keys) looks.current.delete(key);
    setFiles((before) => before.filter(({ key }) => !keys.includes(key)));
  };

  const going = files.filter((file) => file.smaller === 'making' || chosen(file, original) !== undefined);
  const settle = async (file: StagedFile): Promise<Chosen> => {
    const looked = chosen(file, original) === undefined ? await looks.current.get(file.key) : undefined;
    const form = chosen({ ...file, ...looked }, original) ?? file.original;
    return { file: form, description: file.description.trim() };
  };
  return {
    files,
    original,
    kept,
    setOriginal: setChoice,
    add,
    describe: (key, description) => change(key, { description }),
    remove: (key) => drop([key]),
    ready: going.length,
    take: () => {
      const taken = going.map(settle); // before they are dropped
      drop(going.map(({ key }) => key));
      return taken;
    },
  };
}

/** Brings back what was laid ready before, and keeps what is now; false when the device does not keep it. */
function useLaid(shelf: Shelf, files: StagedFile[], put: (more: Laid[]) => void): boolean {
  const [read, setRead] = useState(false);
  const [kept, setKept] = useState(true);
  useEffect(() => {
    let over = false;
    void shelf.laid().then((laid) => {
      if (over) return;
      put(laid);
      setRead(true);
    });
    return () => {
      over = true;
    };
  }, [shelf, put]);
  const written = useRef('');
  useEffect(() => {
    const now = JSON.stringify(files.map(({ key, description }) => [key, description]));
    if (!read || now === written.current || (written.current === '' && files.length === 0)) return;
    written.current = now;
    void shelf
      .lay(files.map(({ original, description }) => ({ file: original, description })))
      .then((is) => written.current === now && setKept(is));
  }, [shelf, read, files]);
  return kept;
}

import { useMediaQuery } from '@mantine/hooks';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ErrorCode } from '@/api/types';
import { refusal } from './allowed';
import type { Laid } from './kept';
import { prepare } from './sending';
import { isLarge, pixelsOf, smaller } from './smaller';
import type { Tray } from './trays';

/** Characters of a file's description. */
export const maxDescription = 1000;

/** A file that was chosen and not sent yet. */
export interface StagedFile {
  key: string;
  original: globalThis.File;
  /** `making`: it is being drawn. `none`: nothing to gain. */
  smaller: globalThis.File | 'making' | 'none';
  description: string;
  at: number; // its place in the order of choosing
  refused?: ErrorCode; // of the original
  kept?: boolean; // outlives the page; undefined: not known yet
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
  /**
   * Takes out what can be sent, each in its form as soon as that is drawn; what is refused stays,
   * with its reason, unless nobody will see it here any more.
   */
  take: (refused?: 'goes') => Promise<Chosen>[];
}

/** Equal for one file that was chosen twice. */
function sameFile(file: globalThis.File): string {
  return `${file.name}/${file.size}/${file.lastModified}`;
}

type Looked = Pick<StagedFile, 'refused' | 'smaller'>;

/** The form in which a file would be sent; undefined while it is being drawn, or when none is accepted. */
export function chosen(file: StagedFile, original: boolean): globalThis.File | undefined {
  const { smaller: less } = file;
  if (less instanceof globalThis.File && (!original || file.refused !== undefined)) return less;
  if (less === 'making' && (!original || file.refused !== undefined)) return undefined;
  return file.refused === undefined ? file.original : undefined;
}

/** What goes with the next send; it lies in the tray, and so is the same in all tabs. */
export function useStaged(tray: Tray): Staged {
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
    ({ key, file, description, at }: Omit<Laid, 'roomId'>, kept?: boolean) => {
      const staged = { key, original: file, description, at, refused: refusal(file), kept };
      setFiles((before) => [...before, { ...staged, smaller: 'making' as const }].toSorted(byChoice));
      looks.current.set(key, look(key, file));
    },
    [look],
  );
  const drop = useCallback((keys: string[]) => {
    for (const key of keys) looks.current.delete(key);
    setFiles((before) => before.filter(({ key }) => !keys.includes(key)));
  }, []);
  const keep = useCallback(
    async (laid: Omit<Laid, 'roomId'>) => change(laid.key, { kept: await tray.lay(laid) }),
    [tray, change],
  );
  const add = useCallback(
    (more: globalThis.File[]) => {
      void prepare();
      for (const [n, file] of more.entries()) {
        const laid = { key: sameFile(file), file, description: '', at: Date.now() + n };
        if (looks.current.has(laid.key)) continue;
        put(laid);
        void keep(laid);
      }
    },
    [put, keep],
  );

  const now = useRef(files);
  now.current = files;
  useEffect(() => {
    let over = false;
    /** Shows what the tray has now: what is here alone is not in it yet. */
    const read = async () => {
      const laid = await tray.laid();
      if (over) return;
      drop(now.current.filter((file) => file.kept && !laid.some(({ key }) => key === file.key)).map(keyOf));
      for (const one of laid) {
        if (looks.current.has(one.key)) change(one.key, { description: one.description });
        else put(one, true);
      }
    };
    void read();
    const leave = tray.follow(() => void read());
    return () => {
      over = true;
      leave();
    };
  }, [tray, put, drop, change]);

  const going = files.filter((file) => file.smaller === 'making' || chosen(file, original) !== undefined);
  const settle = async (file: StagedFile): Promise<Chosen> => {
    const looked = chosen(file, original) === undefined ? await looks.current.get(file.key) : undefined;
    const form = chosen({ ...file, ...looked }, original) ?? file.original;
    return { file: form, description: file.description.trim() };
  };
  return {
    files,
    original,
    kept: files.every(({ kept }) => kept !== false),
    setOriginal: setChoice,
    add,
    describe: (key, description) => {
      change(key, { description });
      const file = files.find((one) => one.key === key);
      if (file !== undefined) void keep({ key, file: file.original, description, at: file.at });
    },
    remove: (key) => {
      drop([key]);
      void tray.takeUp([key]);
    },
    ready: going.length,
    take: (refused) => {
      const taken = going.map(settle); // before they are dropped
      const keys = (refused === 'goes' ? files : going).map(keyOf);
      drop(keys);
      void Promise.all(taken).then(() => tray.takeUp(keys));
      return taken;
    },
  };
}

function keyOf({ key }: StagedFile): string {
  return key;
}

function byChoice(a: StagedFile, b: StagedFile): number {
  return a.at - b.at;
}

import type { ErrorCode, FileKind } from '@/api/types';
import type { Pixels } from './jpeg';

const mib = 1024 * 1024;
/** Pixels of an image that the server is willing to decode. */
const maxPixels = 40_000_000;

/** The allow-list of the contract, to refuse early; the server decides by content. */
const limits: Record<string, { kind: FileKind; max: number }> = {
  jpg: { kind: 'image', max: 10 * mib },
  jpeg: { kind: 'image', max: 10 * mib },
  png: { kind: 'image', max: 10 * mib },
  gif: { kind: 'image', max: 10 * mib },
  pdf: { kind: 'document', max: 20 * mib },
  txt: { kind: 'log', max: 5 * mib },
  log: { kind: 'log', max: 5 * mib },
  csv: { kind: 'log', max: 5 * mib },
};

/** For the file chooser. */
export const acceptedNames = Object.keys(limits)
  .map((ext) => `.${ext}`)
  .join(',');

export function kindOf(filename: string): FileKind | undefined {
  return limits[filename.slice(filename.lastIndexOf('.') + 1).toLowerCase()]?.kind;
}

/** Why a file would be refused, before a byte of it is sent. */
export function refusal(file: globalThis.File, pixels?: Pixels): ErrorCode | undefined {
  const limit = limits[file.name.slice(file.name.lastIndexOf('.') + 1).toLowerCase()];
  if (limit === undefined) return 'file_type_refused';
  if (file.size === 0) return 'empty_file';
  if (file.size > limit.max) return 'file_too_large';
  if (pixels !== undefined && pixels.width * pixels.height > maxPixels) return 'image_too_large';
  return undefined;
}

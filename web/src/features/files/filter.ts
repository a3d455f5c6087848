import type { File, FileKind } from '@/api/types';

export const kinds: readonly FileKind[] = ['image', 'document', 'log'];

/** What the address bar says about a room's evidence; absent means all. */
export interface EvidenceFilter {
  filetype?: FileKind;
  /** user_id of the uploader. */
  by?: string;
  /** Part of a file's name or description. */
  name?: string;
}

/** Characters of a name that is looked for. */
const maxName = 100;

/** Reads the address bar; what makes no sense is left out rather than refused. */
export function readEvidenceFilter(search: Record<string, unknown>): EvidenceFilter {
  const { filetype, by, name } = search;
  return {
    filetype: kinds.find((one) => one === filetype),
    by: typeof by === 'string' && by !== '' ? by : undefined,
    name: typeof name === 'string' && name !== '' ? name.slice(0, maxName) : undefined,
  };
}

/** Whether the page itself has to look through the files: the server knows kinds only. */
export function isNarrow({ by, name }: EvidenceFilter): boolean {
  return by !== undefined || (name ?? '').trim() !== '';
}

export function isFiltered(filter: EvidenceFilter): boolean {
  return filter.filetype !== undefined || isNarrow(filter);
}

const plain = (text: string) => text.normalize('NFKC').toLocaleLowerCase();

/** Upper and lower case, full and half width are the same. */
export function keeps({ filetype, by, name }: EvidenceFilter, file: File): boolean {
  if (filetype !== undefined && file.file_type !== filetype) return false;
  if (by !== undefined && file.uploader.user_id !== by) return false;
  const wanted = plain(name ?? '').trim();
  return wanted === '' || plain(`${file.filename}\n${file.description ?? ''}`).includes(wanted);
}

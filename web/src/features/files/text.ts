import { api } from '@/api/client';
import { RequestFailed, troubleOf } from '@/api/problem';
import type { FileText, TextEncoding } from '@/api/types';

/** Where a page of a log is: from the line that a byte is in, or up to one. */
export type Bound = { offset: number } | { before: number };

/** Lines of one page. */
const pageLines = 500;

export async function fetchText(
  roomId: string,
  fileId: string,
  bound: Bound,
  encoding: TextEncoding | undefined,
  signal?: AbortSignal,
): Promise<FileText> {
  const { data, error } = await api.GET('/api/rooms/{room_id}/files/{file_id}/text', {
    params: {
      path: { room_id: roomId, file_id: fileId },
      query: { ...bound, limit: pageLines, encoding },
    },
    signal,
  });
  if (data === undefined) throw new RequestFailed(troubleOf(error));
  return data;
}

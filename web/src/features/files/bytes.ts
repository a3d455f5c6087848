import { RequestFailed, troubleOfBody } from '@/api/problem';
import { authorizedFetch } from '@/api/session';

/** Reads a file from our own server, whatever its links point to, and tells how much has come. */
export async function fetchBytes(
  roomId: string,
  fileId: string,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<Uint8Array> {
  const path = `/api/rooms/${roomId}/files/${fileId}/content`;
  const response = await authorizedFetch(new Request(new URL(path, window.location.origin), { signal }));
  if (!response.ok) throw new RequestFailed(troubleOfBody(response.status, await response.text()));
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    chunks.push(part.value);
    size += part.value.length;
    onProgress(size);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

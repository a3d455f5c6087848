/** Bytes that are hashed at once where JavaScript does it, so that the page goes on answering. */
const slice = 256 * 1024;

/** The SHA-256 of a file in hex. Plain-http plants have no crypto.subtle: there it is computed slice by slice. */
export async function sha256(file: Blob, signal: AbortSignal): Promise<string> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle !== undefined)
    return hex(await subtle.digest('SHA-256', new Uint8Array(await file.arrayBuffer())));
  return sliced(file, signal);
}

/** The same without crypto.subtle. */
export async function sliced(file: Blob, signal: AbortSignal): Promise<string> {
  const { sha256: algorithm } = await import('@noble/hashes/sha2.js');
  const hash = algorithm.create();
  for (let at = 0; at < file.size; at += slice) {
    signal.throwIfAborted();
    hash.update(new Uint8Array(await file.slice(at, at + slice).arrayBuffer()));
  }
  return hex(hash.digest());
}

function hex(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

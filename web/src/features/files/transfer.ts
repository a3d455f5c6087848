import type { DetailedError } from 'tus-js-client';
import { type Trouble, troubleOfBody } from '@/api/problem';
import { authorizedFetch, bearer, csrfHeader, refresh } from '@/api/session';
import type { ErrorCode } from '@/api/types';
import { sha256 } from './sha256';
import { type Place, SendFailed, type Upload } from './upload';

/** Bytes per request, as large as the parts that the server keeps: how far a halted upload is, is known that well. */
const chunk = 1024 * 1024;
/** Milliseconds without a byte after which a connection counts as cut. */
const stalled = 30_000;
/** Milliseconds for the answer to the last byte: the server hashes, scans and stores before it. */
const finishes = 120_000;

const version = { 'Tus-Resumable': '1.0.0' };

/** One attempt to bring the rest of a file to the server. */
export interface Job extends Pick<Upload, 'roomId' | 'file' | 'description' | 'place' | 'sha256'> {
  signal: AbortSignal;
  /** Resolves when the last byte may go: it makes the file's message, and messages are in the order of choosing. */
  turn: () => Promise<void>;
  onSha256: (digest: string) => void;
  onPlace: (place: Place) => void;
  /** Bytes that have left this device: some may be nowhere yet. */
  onProgress: (bytes: number) => void;
  /** Bytes that the server says it has. */
  onAccepted: (bytes: number) => void;
}

/**
 * Sends what the server does not have yet (tus 1.0). `there`: nothing was left to
 * send. Neither answer says that the file is stored. Throws SendFailed, or what the signal gives.
 */
export async function send(job: Job): Promise<'sent' | 'there'> {
  const { file, signal } = job;
  let { place } = job;
  if (place === undefined) {
    const digest = job.sha256 ?? (await sha256(file, signal));
    signal.throwIfAborted();
    job.onSha256(digest);
    const begun = await begin(job, digest);
    place = begun.place;
    job.onPlace(place);
    job.onAccepted(begun.offset);
    if (begun.offset === file.size) return 'there';
  }
  for (let renewed = false; ; renewed = true) {
    try {
      return await resume(job, place);
    } catch (error) {
      const expired = error instanceof SendFailed && error.trouble.status === 401;
      if (!expired || renewed || (await refresh()) !== 'ok') throw error;
    }
  }
}

/** Whether the room has this file. */
export async function isStored(roomId: string, fileId: string, signal: AbortSignal): Promise<boolean> {
  const response = await authorizedFetch(request('GET', `/api/rooms/${roomId}/files/${fileId}`, { signal }));
  if (response.ok) return true;
  if (response.status === 404 || response.status === 410) return false;
  throw failed(response.status, await response.text(), response.headers.get('Retry-After'), true);
}

/** Tells the server that the rest will not come. One that it does not hear expires there. */
export async function end({ url }: Place): Promise<void> {
  await authorizedFetch(request('DELETE', url, { headers: version })).catch(() => undefined);
}

/** Loads the protocol's code, while there is a network to load it over. */
export async function prepare(): Promise<void> {
  await import('tus-js-client').catch(() => undefined);
}

async function begin(job: Job, digest: string): Promise<{ place: Place; offset: number }> {
  const { file, roomId, description, signal } = job;
  const metadata = { filename: file.name, ...(description === '' ? {} : { description }), sha256: digest };
  const headers = {
    ...version,
    'Upload-Length': String(file.size),
    'Upload-Metadata': Object.entries(metadata)
      .map(([name, value]) => `${name} ${base64(value)}`)
      .join(','),
  };
  const response = await authorizedFetch(
    request('POST', `/api/rooms/${roomId}/uploads`, { headers, signal }),
  );
  const location = response.headers.get('Location');
  if (!response.ok || location === null) {
    throw failed(response.status, await response.text(), response.headers.get('Retry-After'), false);
  }
  const url = new URL(location, window.location.origin);
  const fileId = url.pathname.split('/').at(-1) ?? '';
  const offset = Number.parseInt(response.headers.get('Upload-Offset') ?? '0', 10);
  return { place: { url: url.pathname, fileId }, offset };
}

async function resume(job: Job, place: Place): Promise<'sent' | 'there'> {
  const { file, signal } = job;
  const { Upload: Tus } = await import('tus-js-client');
  signal.throwIfAborted();

  return new Promise((resolve, reject) => {
    let outcome: 'sent' | 'there' = 'there';
    let watchdog: ReturnType<typeof setTimeout>;
    const leave = () => {
      clearTimeout(watchdog);
      signal.removeEventListener('abort', stop);
    };
    const giveUp = (reason: unknown) => {
      leave();
      void upload.abort();
      reject(reason);
    };
    const stop = () => giveUp(signal.reason);
    const alive = (limit: number) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => giveUp(failed(0, '', null, true)), limit);
    };

    const upload = new Tus(file, {
      uploadUrl: place.url,
      chunkSize: chunk,
      retryDelays: null, // the queue decides
      storeFingerprintForResuming: false, // so does it keep the place
      headers: csrfHeader,
      onBeforeRequest: async (http) => {
        const patch = http.getMethod() === 'PATCH';
        if (patch && Number(http.getHeader('Upload-Offset')) + chunk >= file.size) {
          clearTimeout(watchdog);
          await job.turn();
        }
        const token = await bearer();
        signal.throwIfAborted();
        if (token !== undefined) http.setHeader('Authorization', `Bearer ${token}`);
        if (patch) outcome = 'sent';
        alive(stalled);
      },
      onAfterResponse: (_, response) => {
        const offset = Number.parseInt(response.getHeader('Upload-Offset') ?? '', 10);
        if (!Number.isNaN(offset) && !signal.aborted) job.onAccepted(offset);
      },
      onProgress: (bytes) => {
        alive(bytes >= file.size ? finishes : stalled);
        job.onProgress(bytes);
      },
      onSuccess: () => {
        leave();
        resolve(outcome);
      },
      onError: (error) => {
        leave();
        const response = 'originalResponse' in error ? (error as DetailedError).originalResponse : null;
        reject(
          response === null
            ? failed(0, '', null, true)
            : failed(
                response.getStatus(),
                response.getBody(),
                response.getHeader('Retry-After') ?? null,
                true,
              ),
        );
      },
    });
    signal.addEventListener('abort', stop, { once: true });
    alive(stalled);
    upload.start();
  });
}

function request(method: string, path: string, init: RequestInit): Request {
  return new Request(new URL(path, window.location.origin), { ...init, method });
}

/** An answer to HEAD has no body that could name its code. */
const codes: Record<number, ErrorCode> = { 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found' };

function failed(status: number, body: string, retryAfter: string | null, resuming: boolean): SendFailed {
  const read = troubleOfBody(status, body);
  const code = codes[status];
  const trouble: Trouble = read.code === 'internal' && code !== undefined ? { ...read, code } : read;
  const seconds = Number.parseInt(retryAfter ?? '', 10);
  return new SendFailed(trouble, resuming, Number.isNaN(seconds) ? undefined : seconds * 1000);
}

/** Base64 of UTF-8, which btoa alone does not make. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

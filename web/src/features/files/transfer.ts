import { RequestFailed, troubleOfBody } from '@/api/problem';
import { bearer, csrfHeader, refresh } from '@/api/session';
import type { File as StoredFile } from '@/api/types';

export interface Transfer {
  roomId: string;
  file: globalThis.File;
  description: string;
  signal: AbortSignal;
  /** Bytes that have left; the answer may still take a moment after the last. */
  onProgress: (bytes: number) => void;
}

/** Sends one file, with progress, which fetch does not tell. Throws RequestFailed or an AbortError. */
export async function transfer(job: Transfer): Promise<StoredFile> {
  const first = await attempt(job, await bearer());
  const answer =
    first.status === 401 && (await refresh()) === 'ok' ? await attempt(job, await bearer()) : first;
  if (answer.status === 201) return JSON.parse(answer.body) as StoredFile;
  throw new RequestFailed(troubleOfBody(answer.status, answer.body));
}

interface Answer {
  status: number; // 0: no answer
  body: string;
}

function attempt(job: Transfer, token: string | undefined): Promise<Answer> {
  job.signal.throwIfAborted();
  const form = new FormData();
  if (job.description !== '') form.set('description', job.description);
  form.set('file', job.file, job.file.name); // last, so that the server can stream it

  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', `/api/rooms/${job.roomId}/files`);
    for (const [name, value] of Object.entries(csrfHeader)) xhr.setRequestHeader(name, value);
    if (token !== undefined) xhr.setRequestHeader('Authorization', `Bearer ${token}`);
    xhr.upload.onprogress = (event) => job.onProgress(Math.min(event.loaded, job.file.size));
    xhr.onload = () => resolve({ status: xhr.status, body: xhr.responseText });
    xhr.onerror = () => resolve({ status: 0, body: '' });
    const cancel = () => {
      xhr.abort();
      reject(job.signal.reason);
    };
    job.signal.addEventListener('abort', cancel, { once: true });
    xhr.send(form);
  });
}

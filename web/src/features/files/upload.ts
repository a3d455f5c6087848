import { backoff } from '@/api/backoff';
import { RequestFailed, type Trouble, troubleOf } from '@/api/problem';

/**
 * `queued`: has its turn later. `waiting`: for the network, or for the time that the server named.
 * `finishing`: all bytes are out, the server checks and stores. `stored`: its message is awaited.
 * `failed`: somebody must decide.
 */
export type UploadState = 'queued' | 'sending' | 'paused' | 'waiting' | 'finishing' | 'stored' | 'failed';

/** Where the server keeps what it has of an upload; the file will have this id. */
export interface Place {
  url: string;
  fileId: string;
}

/** One file on its way into a room. */
export interface Upload {
  id: string;
  roomId: string;
  file: globalThis.File;
  description: string;
  at: number; // its place in the order of choosing
  batch: string; // the same for all files of one send
  state: UploadState;
  sent: number; // bytes
  place?: Place;
  sha256?: string; // 64 hex digits
  trouble?: Trouble; // why it failed, or what is waited for
  kept?: boolean; // on this device, so that it outlives the page; undefined: not known yet
}

/** An attempt that ended without the file being there. */
export class SendFailed extends RequestFailed {
  constructor(
    trouble: Trouble,
    /** The answer was about an upload that the server had begun. */
    readonly resuming = false,
    /** Milliseconds, when the server named a time. */
    readonly retryAfter?: number,
  ) {
    super(trouble);
  }
}

export function failureOf(error: unknown): SendFailed {
  if (error instanceof SendFailed) return error;
  const unreadable = error instanceof DOMException && /^Not(Readable|Found)Error$/.test(error.name);
  if (!unreadable) return new SendFailed(troubleOf(error));
  return new SendFailed({ code: 'unreadable', detail: '', status: 0, retryable: false });
}

/** `again`: from what the server has. `anew`: it has nothing any more. `after`: milliseconds. */
export type Verdict = { next: 'again' | 'anew'; after: number } | { next: 'failed' };

/** Attempts without a byte of progress after which a doubtful answer is believed. */
export const patience = 5;

/** What comes after a failed attempt; `failures` came before it without a byte of progress. */
export function judge(failure: SendFailed, failures: number, random: () => number = Math.random): Verdict {
  const { trouble, resuming, retryAfter } = failure;
  const { status } = trouble;
  const after = retryAfter ?? backoff(failures, random);
  if (trouble.code === 'unreadable') return { next: 'failed' };
  if (status === 0 || status === 401 || status === 408 || status === 429 || trouble.retryable) {
    return { next: 'again', after };
  }
  if (failures >= patience) return { next: 'failed' };
  if (resuming && (status === 404 || status === 410)) {
    return { next: 'anew', after: failures === 0 ? 0 : after };
  }
  const offsetOrLock = resuming && (status === 409 || status === 423 || status === 460);
  return offsetOrLock || status >= 500 ? { next: 'again', after } : { next: 'failed' };
}

/** Whether it will be stored by itself, and soon: only the network, which is the same for all, may hold it up. */
export function comes({ state, trouble }: Pick<Upload, 'state' | 'trouble'>): boolean {
  return state === 'queued' || state === 'sending' || (state === 'waiting' && trouble?.status === 0);
}

/** Whole percents; 100 only when everything is out. */
export function percentOf({ sent, file }: Pick<Upload, 'sent' | 'file'>): number {
  return file.size === 0 ? 0 : Math.floor((Math.min(sent, file.size) / file.size) * 100);
}

import type { ErrorCode, Problem } from './types';

/**
 * What went wrong, whatever the cause: the server's problem, no answer at all (`network`), or a
 * file that this device gives out no more (`unreadable`).
 */
export interface Trouble {
  code: ErrorCode | 'network' | 'unreadable';
  detail: string;
  status: number;
  retryable: boolean;
  requestId?: string;
}

const unreachable: Trouble = { code: 'network', detail: '', status: 0, retryable: true };

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;
}

/** Reads what a query or a request has thrown. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof RequestFailed) return error.trouble;
  if (isProblem(error)) {
    return {
      code: error.code,
      detail: error.detail,
      status: error.status,
      retryable: error.retryable,
      requestId: error.request_id,
    };
  }
  if (error instanceof TypeError) return unreachable; // what fetch throws
  return { code: 'internal', detail: '', status: 500, retryable: false };
}

/** Reads the body of a failed response; a proxy's HTML page becomes `unavailable`. */
export function troubleOfBody(status: number, body: string): Trouble {
  try {
    const value: unknown = JSON.parse(body);
    if (isProblem(value)) return troubleOf(value);
  } catch {
    // not JSON: somebody between us and the server answered
  }
  if (status === 0) return unreachable;
  const code = status === 413 ? 'body_too_large' : status >= 500 ? 'unavailable' : 'internal';
  return { code, detail: '', status, retryable: status >= 500 };
}

export class RequestFailed extends Error {
  constructor(readonly trouble: Trouble) {
    super(`${trouble.code}: ${trouble.detail}`);
    this.name = 'RequestFailed';
  }
}

/** A refused request stays refused; only what the server calls retryable is worth another try. */
export function worthRetrying(failures: number, error: unknown): boolean {
  return failures < 2 && troubleOf(error).retryable;
}

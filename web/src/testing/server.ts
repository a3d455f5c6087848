import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll } from 'vitest';

/** An API for one test file; a request that no handler expects fails the test. */
export function startServer() {
  const server = setupServer();
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());
  return server;
}

export const origin = window.location.origin;

export function problem(status: number, code: string, detail = '') {
  return {
    type: 'about:blank',
    title: code,
    status,
    code,
    detail,
    request_id: 'r1',
    retryable: status >= 500,
  };
}

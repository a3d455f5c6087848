// @vitest-environment node
import { expect, test, vi } from 'vitest';
import { randomId } from './id';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('over plain http, where randomUUID does not exist, ids are UUIDs all the same', () => {
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
  const ids = new Set(Array.from({ length: 100 }, randomId));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(id).toMatch(uuid);
  vi.unstubAllGlobals();
});

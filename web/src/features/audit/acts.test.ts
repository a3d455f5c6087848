// @vitest-environment node
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { acts, isKnown } from './acts';

/** The server's table of deeds that must leave a row, read from its source. */
const source = readFileSync(new URL('../../../../cmd/task-reporter/audit_test.go', import.meta.url), 'utf8');
const deeds = [...source.matchAll(/^\t\{act: "(\w+)"/gm)].map(([, act = '']) => act);

test('F-SE-05: the page has words for every deed that the server records', () => {
  expect(deeds.length).toBeGreaterThan(30);
  expect(deeds.filter((act) => !isKnown(act))).toEqual([]);
  expect(new Set(acts).size).toBe(acts.length);
});

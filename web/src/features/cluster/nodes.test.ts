// @vitest-environment node
import { expect, test } from 'vitest';
import { nameOf } from './nodes';

test('a node without an address is called by the end of its id: the beginning is a time that others share', () => {
  expect(nameOf({ node_id: '0192f0c1-2b7a-7c3e-9a51-00000000e001', address: '' })).toBe('…00000000e001');
  expect(nameOf({ node_id: 'x', address: '10.20.0.11:7400' })).toBe('10.20.0.11:7400');
});

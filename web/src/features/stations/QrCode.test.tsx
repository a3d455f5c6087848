import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { show } from '@/testing/render';
import { QrCode } from './QrCode';
import { linkOf, maxPart } from './sheet';

test('the longest link that a place can make has a code', async () => {
  const long = '站'.repeat(maxPart);
  const link = linkOf('https://task-reporter.plant-one.example:8443', { site: long, line: long }, long);
  show(<QrCode text={link} label="站" />);
  expect(await screen.findByRole('img', { name: '站' })).toBeVisible();
});

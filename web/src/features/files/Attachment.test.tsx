import { screen } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { Reference } from '@/api/types';
import { roomId } from '@/testing/events';
import { show } from '@/testing/render';
import { Attachment } from './Attachment';

const reference: Reference = {
  file_id: 'f1',
  filename: 'oil.jpg',
  kind: 'image',
  size: 10,
  url: '/content/f1',
};

describe('F-UP-31 a file that cannot be opened', () => {
  test('while it is scanned has a name and nothing to press', async () => {
    show(<Attachment roomId={roomId} reference={{ ...reference, scan_state: 'pending' }} removed={false} />);
    expect(await screen.findByText('oil.jpg')).toBeVisible();
    expect(screen.queryByRole('button')).toBeNull();
    expect(screen.queryByRole('link')).toBeNull();
  });

  test('in quarantine has neither, also when it was removed', async () => {
    const infected = { ...reference, filename: '', url: '', scan_state: 'infected' } as const;
    show(<Attachment roomId={roomId} reference={infected} removed />);
    expect(await screen.findByText(/已隔離/)).toBeVisible();
    expect(screen.queryByRole('button')).toBeNull();
    expect(screen.queryByRole('link')).toBeNull();
  });
});

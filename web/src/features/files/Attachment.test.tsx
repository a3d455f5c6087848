import { act, fireEvent, screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { previewQuery } from '@/api/keys';
import type { Reference } from '@/api/types';
import { roomId } from '@/testing/events';
import { show } from '@/testing/render';
import { origin, startServer } from '@/testing/server';
import { Attachment } from './Attachment';

const server = startServer();

const reference: Reference = {
  file_id: 'f1',
  filename: 'oil.jpg',
  kind: 'image',
  size: 10,
  url: '/content/f1',
};

const picture = { ...reference, width: 400, height: 300, thumbnail_url: '/thumbnail/f1' };

describe('F-UP-30 a preview that is not there yet', () => {
  test('keeps its place, and comes when the server says that it is ready', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server.use(
      http.get(`${origin}/api/rooms/${roomId}/files/f1`, () =>
        HttpResponse.json({ thumbnail_url: '/thumbnail/f1' }),
      ),
    );
    try {
      const { cache } = show(<Attachment roomId={roomId} reference={picture} removed={false} />);
      await vi.waitFor(() => screen.getByRole('img', { name: 'oil.jpg' }));
      const place = screen.getByRole('button', { name: '放大檢視 oil.jpg' });
      const { width, aspectRatio } = place.style;
      for (let attempt = 0; attempt < 6; attempt += 1) {
        fireEvent.error(screen.getByRole('img', { name: 'oil.jpg' }));
        expect(screen.queryByRole('img', { name: 'oil.jpg' })).toBeNull();
        await act(() => vi.advanceTimersByTimeAsync(60_000));
      }
      expect(place).toHaveTextContent('預覽無法顯示'); // it is not asked for endlessly
      expect([place.style.width, place.style.aspectRatio]).toEqual([width, aspectRatio]);

      await act(async () => {
        cache.setQueryData<number>(previewQuery(roomId, 'f1').queryKey, (told = 0) => told + 1);
        await vi.advanceTimersByTimeAsync(0);
      });
      expect(screen.getByRole('img', { name: 'oil.jpg' })).toBeInTheDocument();
    } finally {
      vi.useRealTimers();
    }
  });
});

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

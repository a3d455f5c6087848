import { act, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { show } from '@/testing/render';
import { Waiting } from './Waiting';

test('UX 22: a skeleton shows after 200 ms, for most lists come sooner', async () => {
  vi.useFakeTimers();
  show(<Waiting />);
  await act(() => vi.advanceTimersByTimeAsync(199));
  expect(screen.queryByRole('status')).not.toBeInTheDocument();
  await act(() => vi.advanceTimersByTimeAsync(1));
  expect(screen.getByRole('status', { name: '載入中' })).toBeInTheDocument();
  vi.useRealTimers();
});

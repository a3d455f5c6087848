import { render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { later } from './later';

beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true }));
afterEach(() => void vi.useRealTimers());

test('a part that the network loses is waited for and tried again, and is there at once the next time', async () => {
  const load = vi
    .fn<() => Promise<() => React.ReactNode>>()
    .mockRejectedValueOnce(new Error('lost'))
    .mockResolvedValue(() => <p>here</p>);
  const Part = later(load, () => <p>on its way</p>);
  const first = render(<Part />);
  expect(screen.getByText('on its way')).toBeInTheDocument();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await screen.findByText('here')).toBeInTheDocument();
  expect(load).toHaveBeenCalledTimes(2);
  first.unmount();
  render(<Part />);
  expect(screen.getByText('here')).toBeInTheDocument();
});

test('a part that nobody waits for any more is not tried again', async () => {
  const load = vi.fn<() => Promise<() => React.ReactNode>>().mockRejectedValue(new Error('lost'));
  const Part = later(load);
  const { unmount } = render(<Part />);
  await vi.advanceTimersByTimeAsync(4_000);
  const asked = load.mock.calls.length;
  expect(asked).toBeGreaterThan(1);
  unmount();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(load).toHaveBeenCalledTimes(asked);
});

import { QueryClient } from '@tanstack/react-query';
import { act, screen } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Link } from '@/api/socket';
import { show } from '@/testing/render';
import { LinkBanner, LinkPill } from './LinkState';
import { Live } from './live';
import { LiveContext } from './useLive';

afterEach(() => vi.useRealTimers());

async function shown(link: Link) {
  const live = new Live(new QueryClient(), 'ws://plant/api/ws');
  live.store.setState({ link });
  show(
    <LiveContext value={live}>
      <LinkPill />
      <LinkBanner />
    </LiveContext>,
  );
  await screen.findByRole('status');
  vi.useFakeTimers();
  return (state: { link: Link; wasLive?: boolean }) => act(() => live.store.setState(state));
}

const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));
const statuses = () => screen.getAllByRole('status').map((element) => element.textContent);

describe('UX 9 the state of the connection', () => {
  test('a short reconnect is not shown at all', async () => {
    const become = await shown('live');
    become({ link: 'waiting', wasLive: true });
    await pass(1500);
    become({ link: 'connecting', wasLive: true });
    await pass(499);
    expect(statuses()).toEqual(['已連線']);
    become({ link: 'live', wasLive: false });
    await pass(60_000);
    expect(statuses()).toEqual(['已連線']);
  });

  test('a longer one says so, calmly', async () => {
    const become = await shown('live');
    become({ link: 'waiting', wasLive: true });
    await pass(2000);
    expect(statuses()[0]).toBe('重新連線中');
    expect(statuses()[1]).toContain('與伺服器的連線中斷，正在重新連線…');
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  test('a first connection does not pretend to be there', async () => {
    const become = await shown('stopped');
    become({ link: 'connecting', wasLive: false });
    expect(statuses()).toEqual(['連線中']);
  });
});

import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { room } from '@/testing/events';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';
import { JumpToRoom } from './JumpToRoom';

const server = startServer();
const url = `${origin}/api/rooms`;
const oil = room({ room_id: 'r1', title: '沖壓機漏油' });
const jam = room({ room_id: 'r2', number: 'INC-2026-00043', title: '送料卡料', place: { station: '站 09' } });

async function jump() {
  server.use(
    http.get(url, ({ request }) => {
      const q = new URL(request.url).searchParams.get('q') ?? '';
      const rooms = [oil, jam].filter(({ title }) => title.includes(q));
      return HttpResponse.json({ rooms, total: rooms.length, limit: 8, offset: 0 });
    }),
  );
  const onChosen = vi.fn();
  show(<JumpToRoom opened onClose={vi.fn()} onChosen={onChosen} />);
  const box = await screen.findByRole('combobox');
  await screen.findByRole('option', { name: /沖壓機漏油/ });
  return { box, onChosen };
}

describe('UX 17: jumping to a room', () => {
  test('before anything is typed, offers what moved last, and names severity, number and place', async () => {
    const { box } = await jump();
    expect(box).toHaveAttribute('aria-expanded', 'true');
    const option = screen.getByRole('option', { name: /送料卡料/ });
    for (const text of ['緊急', 'INC-2026-00043', '站 09']) expect(option).toHaveTextContent(text);
  });

  test.each([
    ['isComposing', { isComposing: true, keyCode: 13 }],
    ['keyCode 229', { isComposing: false, keyCode: 229 }],
  ])('leaves the keys of 注音 alone (%s)', async (_, how) => {
    const { box, onChosen } = await jump();
    for (const key of ['ArrowDown', 'Enter']) fireEvent.keyDown(box, { key, ...how });
    expect(screen.getByRole('option', { name: /沖壓機漏油/ })).toHaveAttribute('aria-selected', 'true');
    expect(onChosen).not.toHaveBeenCalled();
  });

  test('Enter waits for the answer to what was typed, and takes its first', async () => {
    const { box, onChosen } = await jump();
    await userEvent.type(box, '卡料{Enter}');
    await vi.waitFor(() => expect(onChosen).toHaveBeenCalled());
    expect(onChosen.mock.calls).toEqual([[expect.objectContaining({ room_id: 'r2' })]]);
  });

  test('typing on takes back an Enter that came too early', async () => {
    const { box, onChosen } = await jump();
    await userEvent.type(box, '卡{Enter}料，沒有');
    await screen.findByText('找不到符合的事件');
    expect(onChosen).not.toHaveBeenCalled();
  });
});

test('UX 22: a failure says so and can be tried again', async () => {
  server.use(http.get(url, () => HttpResponse.json(problem(503, 'unavailable'), { status: 503 })));
  show(<JumpToRoom opened onClose={vi.fn()} onChosen={vi.fn()} />);
  const retry = await screen.findByRole('button', { name: '重試' });
  server.use(http.get(url, () => HttpResponse.json({ rooms: [oil], total: 1, limit: 8, offset: 0 })));
  await userEvent.click(retry);
  expect(await screen.findByRole('option', { name: /沖壓機漏油/ })).toBeInTheDocument();
});

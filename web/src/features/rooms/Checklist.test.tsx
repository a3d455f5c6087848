import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import type { ChecklistItem } from '@/api/types';
import { li, minute, room, wang } from '@/testing/events';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';
import { Checklist } from './Checklist';
import { progress } from './useTick';

const server = startServer();
const url = `${origin}/api/rooms/${room().room_id}/checklist`;
const items: ChecklistItem[] = [
  {
    item_id: 1,
    text_zh: '人員安全',
    text_en: 'People are safe',
    done: true,
    done_by: li,
    done_at: minute(3),
  },
  { item_id: 2, text_zh: '拍照', text_en: 'Take a photo', done: false },
];

describe('F-TP-02: the checklist', () => {
  test('counts, and says who ticked when', async () => {
    expect(progress(items)).toEqual({ done: 1, all: 2 });
    server.use(http.get(url, () => HttpResponse.json({ items })));
    show(<Checklist room={room()} me={wang} may={() => true} />);
    expect(await screen.findByRole('checkbox', { name: '人員安全' })).toBeChecked();
    expect(screen.getByText(/^李工/)).toBeInTheDocument();
  });

  test('a tick shows before the server has answered, and goes back when it is refused', async () => {
    let answer = (_: Response): void => undefined;
    server.use(
      http.get(url, () => HttpResponse.json({ items })),
      http.put(`${url}/2`, () => new Promise<Response>((resolve) => (answer = resolve))),
    );
    show(<Checklist room={room()} me={wang} may={() => true} />);
    const photo = await screen.findByRole('checkbox', { name: '拍照' });
    await userEvent.click(photo);
    expect(photo).toBeChecked();
    expect(screen.getByText(/^王小明/)).toBeInTheDocument();
    answer(HttpResponse.json(problem(503, 'unavailable'), { status: 503 }));
    await waitFor(() => expect(photo).not.toBeChecked());
    expect(screen.getByRole('alert')).toHaveTextContent('系統暫時無法使用');
  });

  test('UX 20: who may not tick reads it, with the reason', async () => {
    server.use(http.get(url, () => HttpResponse.json({ items })));
    show(<Checklist room={room()} me={wang} may={() => false} />);
    expect(await screen.findByRole('checkbox', { name: '拍照' })).toBeDisabled();
    expect(screen.getByText('負責人與處理人員可以勾選。')).toBeInTheDocument();
  });

  test('UX 22: a room without one says where it comes from', async () => {
    server.use(http.get(url, () => HttpResponse.json({ items: [] })));
    show(<Checklist room={room()} me={wang} may={() => true} />);
    expect(await screen.findByText('沒有檢查清單')).toBeInTheDocument();
  });
});

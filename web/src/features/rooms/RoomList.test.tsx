import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import type { Room } from '@/api/types';
import { room } from '@/testing/events';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';
import { noFilters } from './filters';
import { RoomList } from './RoomList';

const server = startServer();
const url = `${origin}/api/rooms`;
const answer = (rooms: Room[], total = rooms.length) =>
  server.use(http.get(url, () => HttpResponse.json({ rooms, total, limit: 25, offset: 0 })));
const list = (filters = {}, onFilter = vi.fn()) => {
  show(<RoomList filters={filters} onFilter={onFilter} mayDeclare />);
  return onFilter;
};

describe('UX 22 the list', () => {
  test('says what an incident is: severity, number, title, status, line, role (F-RM-02)', async () => {
    answer([room()]);
    list();
    const row = await screen.findByRole('link', { name: /三線沖壓機漏油/ });
    for (const text of ['緊急', 'INC-2026-00042', '未處理', '停線', '一廠 › 三線 › 站 07', '負責人']) {
      expect(row).toHaveTextContent(text);
    }
  });

  test('F-RM-11: counts what waits to be read, up to a lot, and who calls me', async () => {
    answer([
      room({ unread_count: 240, mention_count: 3, last_message: '油封已更換' }),
      room({ room_id: 'r2', title: '讀過', unread_count: 0 }),
    ]);
    list();
    const row = await screen.findByRole('link', { name: /三線沖壓機漏油/ });
    for (const text of ['99+', '240 則未讀', '3 則提到您', '油封已更換']) expect(row).toHaveTextContent(text);
    expect(screen.getByRole('link', { name: /讀過/ })).not.toHaveTextContent('未讀');
    expect(screen.getByText('沒有更多事件了')).toBeInTheDocument();
  });

  test('F-RM-04: leaves archived rooms out until they are asked for', async () => {
    const asked: URLSearchParams[] = [];
    server.use(
      http.get(url, ({ request }) => {
        asked.push(new URL(request.url).searchParams);
        return HttpResponse.json({ rooms: [], total: 0, limit: 25, offset: 0 });
      }),
    );
    const onFilter = list();
    await screen.findByText('目前沒有事件');
    expect(asked[0]?.getAll('status')).toHaveLength(8);
    expect(asked[0]?.getAll('status')).not.toContain('ARCHIVED');
    await userEvent.click(screen.getByRole('checkbox', { name: '未封存' }));
    expect(onFilter).toHaveBeenCalledWith({ archived: true, page: undefined }, 'push');
    await userEvent.click(screen.getByRole('checkbox', { name: '指派給我' }));
    expect(onFilter).toHaveBeenCalledWith({ assigned: true, page: undefined }, 'push');
  });

  test('shows a skeleton while it waits, but only after a moment', async () => {
    server.use(http.get(url, () => new Promise<never>(() => undefined)));
    list();
    expect(screen.queryByRole('status', { name: '載入中' })).not.toBeInTheDocument();
    expect(await screen.findByRole('status', { name: '載入中' })).toBeInTheDocument();
  });

  test('says what to do when there is nothing', async () => {
    answer([]);
    list();
    expect(await screen.findByText('目前沒有事件')).toBeInTheDocument();
  });

  test('offers to clear filters that match nothing', async () => {
    answer([]);
    const onFilter = list({ q: 'zzz', status: ['OPEN'] });
    await screen.findByText('沒有符合條件的事件');
    await userEvent.click(screen.getByRole('button', { name: '清除篩選' }));
    expect(onFilter).toHaveBeenCalledWith(noFilters, 'push');
  });

  test('says why it failed and tries again', async () => {
    server.use(
      http.get(url, () => HttpResponse.json(problem(503, 'unavailable'), { status: 503 }), { once: true }),
    );
    answer([room()]);
    server.use(
      http.get(url, () => HttpResponse.json(problem(503, 'unavailable'), { status: 503 }), { once: true }),
    );
    list();
    expect(await screen.findByText('系統暫時無法使用，請稍候再試。')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: '重試' }));
    expect(await screen.findByRole('link', { name: /三線沖壓機漏油/ })).toBeInTheDocument();
  });

  test('pages when there is more (F-RM-06)', async () => {
    answer([room()], 60);
    const onFilter = list({ page: 2 });
    expect(await screen.findByText('第 2 / 3 頁')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: '下一頁' }));
    expect(onFilter).toHaveBeenCalledWith({ page: 3 }, 'push');
  });
});

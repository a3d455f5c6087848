import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import type { AuditEntry } from '@/api/types';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';
import { Audit } from './Audit';

const server = startServer();
const url = `${origin}/api/admin/audit`;

const entry = (n: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  audit_id: `a${n}`,
  at: '2026-07-18T01:02:03Z',
  who: { user_id: 'u1', name: '王小明' },
  act: 'login',
  target: 'POST /api/auth/login',
  from: '10.20.3.41',
  outcome: 'ok',
  request_id: `r${n}`,
  ...more,
});

function answer(...pages: AuditEntry[][]) {
  const asked = vi.fn();
  server.use(
    http.get(url, ({ request }) => {
      const { searchParams } = new URL(request.url);
      asked(Object.fromEntries(searchParams));
      const before = searchParams.get('before');
      const at = before === null ? 0 : pages.findIndex((page) => page.at(-1)?.audit_id === before) + 1;
      return HttpResponse.json({ entries: pages[at] ?? [] });
    }),
    http.get(`${origin}/api/admin/users`, () => HttpResponse.json({ users: [] })),
  );
  return asked;
}

const cards = async () =>
  within(await screen.findByRole('list', { name: '稽核紀錄' })).getAllByRole('listitem');

describe('F-SE-05 the audit trail', () => {
  test('tells who did what, in words and as it is kept, to what, from where and how it ended', async () => {
    const room = '0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10';
    answer([
      entry(1, { act: 'access_refused', target: `room ${room} GET /api/rooms/:room_id`, outcome: 'refused' }),
      entry(2, { act: 'invented_later', who: { user_id: '', name: '' } }),
      entry(3, { act: 'server_started', who: { user_id: 'house', name: 'Task Reporter' } }),
    ]);
    show(<Audit filters={{}} onChange={() => undefined} />);
    const [first, second, third] = await cards();
    for (const text of [
      '王小明',
      '拒絕存取',
      'access_refused',
      'GET /api/rooms/:room_id',
      '10.20.3.41',
      '拒絕',
      'r1',
    ])
      expect(first).toHaveTextContent(text);
    const link = within(first as HTMLElement).getByRole('link', { name: `房間 ${room}` });
    expect(link).toHaveAttribute('href', `/rooms/${room}`);
    expect(second).toHaveTextContent('invented_later');
    expect(second).toHaveTextContent('系統');
    expect(third).toHaveTextContent('Task Reporter');
    expect(within(third as HTMLElement).queryByRole('link')).toBeNull();
  });

  test('is asked for by its filters, page by page', async () => {
    const first = Array.from({ length: 50 }, (_, n) => entry(n + 1));
    const asked = answer(first, [entry(51, { act: 'logout' })]);
    show(<Audit filters={{ act: 'login', address: '10.20.3.41' }} onChange={() => undefined} />);
    await userEvent.click(await screen.findByRole('button', { name: '載入更多' }));
    expect(await screen.findByText('logout')).toBeInTheDocument();
    const filter = { act: 'login', address: '10.20.3.41', limit: '50' };
    expect(asked.mock.calls).toEqual([[filter], [{ ...filter, before: 'a50' }]]);
  });

  test('says that nothing matches', async () => {
    answer([]);
    show(<Audit filters={{ target: 'x' }} onChange={() => undefined} />);
    expect(await screen.findByText('沒有符合的紀錄')).toBeInTheDocument();
  });

  test('says why an export failed', async () => {
    answer([entry(1)]);
    server.use(
      http.get(`${url}/export`, () => HttpResponse.json(problem(503, 'unavailable'), { status: 503 })),
    );
    show(<Audit filters={{}} onChange={() => undefined} />);
    await cards();
    await userEvent.click(screen.getByRole('button', { name: '匯出' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('稽核紀錄沒有匯出');
  });
});

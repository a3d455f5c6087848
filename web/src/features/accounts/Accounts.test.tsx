import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import type { Account } from '@/api/types';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';
import { Accounts } from './Accounts';

const server = startServer();
const url = `${origin}/api/admin/users`;

const account = (n: number, more: Partial<Account> = {}): Account => ({
  user_id: `u${n}`,
  name: `人員 ${n}`,
  username: `user${String(n).padStart(3, '0')}`,
  system_role: 'USER',
  disabled: false,
  local: true,
  created_at: '2026-07-18T09:00:00Z',
  sessions: n,
  ...more,
});

function answer(...pages: Account[][]) {
  const asked = vi.fn();
  server.use(
    http.get(url, ({ request }) => {
      const after = new URL(request.url).searchParams.get('after');
      asked(after);
      const at = after === null ? 0 : pages.findIndex((page) => page.at(-1)?.username === after) + 1;
      return HttpResponse.json({ users: pages[at] ?? [] });
    }),
  );
  return asked;
}

const view = (mayManage = true) =>
  show(
    <Accounts filters={{}} onChange={() => undefined} me="u1" mayManage={mayManage} access={() => null} />,
  );

const open = async (name: RegExp) => {
  await userEvent.click(await screen.findByRole('button', { name }));
  return within(await screen.findByRole('dialog'));
};

describe('F-OP-06 the accounts', () => {
  test('come page by page, each after the last one seen', async () => {
    const first = Array.from({ length: 50 }, (_, n) => account(n + 1));
    const asked = answer(first, [account(51)]);
    view();
    await screen.findByText('人員 50');
    await userEvent.click(screen.getByRole('button', { name: '載入更多' }));
    expect(await screen.findByText('人員 51')).toBeInTheDocument();
    expect(screen.getByText('沒有更多帳號了')).toBeInTheDocument();
    expect(asked.mock.calls).toEqual([[null], ['user050']]);
  });

  test('of the directory have a role that is not changed here, and say why', async () => {
    answer([account(2, { local: false })]);
    view();
    const sheet = await open(/人員 2/);
    expect(sheet.getByText(/角色由目錄的群組決定/)).toBeInTheDocument();
    expect(sheet.queryByRole('button', { name: '更改角色…' })).not.toBeInTheDocument();
    expect(sheet.getByRole('button', { name: '停用帳號…' })).toBeInTheDocument();
  });

  test('say why a change was refused, and stay as they are', async () => {
    answer([account(2)]);
    const detail = 'One administrator must remain who may sign in.';
    server.use(
      http.patch(`${url}/:id`, () => HttpResponse.json(problem(409, 'conflict', detail), { status: 409 })),
    );
    view();
    const sheet = await open(/人員 2/);
    await userEvent.click(sheet.getByRole('button', { name: '停用帳號…' }));
    const question = within(await screen.findByRole('dialog', { name: '停用 人員 2 的帳號？' }));
    await userEvent.click(question.getByRole('button', { name: '停用' }));
    expect(await question.findByRole('alert')).toHaveTextContent(detail);
  });

  test('are read, not changed, by who may not', async () => {
    answer([account(2)]);
    view(false);
    const sheet = await open(/人員 2/);
    expect(sheet.getAllByRole('button')).toHaveLength(1); // to close it
  });
});

describe('UX 22 the page', () => {
  test('says that nobody matches', async () => {
    answer([]);
    view();
    expect(await screen.findByText('沒有符合的帳號')).toBeInTheDocument();
  });

  test('says why it failed and tries again', async () => {
    answer([account(2)]);
    server.use(
      http.get(url, () => HttpResponse.json(problem(500, 'internal'), { status: 500 }), { once: true }),
    );
    view();
    expect(await screen.findByRole('alert')).toHaveTextContent('無法載入帳號');
    await userEvent.click(screen.getByRole('button', { name: '重試' }));
    expect(await screen.findByText('人員 2')).toBeInTheDocument();
  });

  test('shows a skeleton while it waits', async () => {
    server.use(http.get(url, () => new Promise<never>(() => undefined)));
    view();
    expect(await screen.findByRole('status', { name: '載入中' })).toBeInTheDocument();
  });
});

import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import type { ApiToken, User } from '@/api/types';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';
import { OwnTokens } from './OwnTokens';

const server = startServer();
const url = `${origin}/api/auth/tokens`;
const secret = 'trt_3hJ0cW5dYk1rZQ';

const user = (system_role: User['system_role']): User => ({
  user_id: 'u1',
  name: '王小明',
  username: 'wang',
  system_role,
});

const token = (name: string): ApiToken => ({
  token_id: '0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10',
  name,
  scopes: ['read', 'write'],
  created_at: '2026-07-18T09:00:00Z',
  expires_at: '2026-10-16T09:00:00Z',
});

function answer(tokens: ApiToken[]) {
  const asked = vi.fn();
  server.use(
    http.get(url, () => HttpResponse.json({ tokens })),
    http.post(url, async ({ request }) => {
      const body = await request.json();
      asked(body);
      const made = token('三線閘道器');
      tokens.unshift(made);
      return HttpResponse.json({ token: secret, api_token: made }, { status: 201 });
    }),
  );
  return asked;
}

async function fillIn(): Promise<void> {
  await userEvent.click(await screen.findByRole('button', { name: '建立權杖' }));
  const form = within(await screen.findByRole('dialog', { name: '建立 API 權杖' }));
  await userEvent.type(form.getByRole('textbox', { name: /名稱/ }), ' 三線閘道器 ');
  await userEvent.click(form.getByRole('checkbox', { name: '寫入' }));
  await userEvent.click(form.getByRole('button', { name: '建立權杖' }));
}

test('F-AU-10: the secret is shown once, and is nowhere when its dialog is closed', async () => {
  const asked = answer([]);
  const { cache } = show(<OwnTokens user={user('USER')} />);
  expect(await screen.findByText('沒有 API 權杖。')).toBeInTheDocument();
  await fillIn();
  const shown = await screen.findByRole('dialog', { name: '權杖已建立' });
  expect(within(shown).getByRole('textbox', { name: '權杖' })).toHaveValue(secret);
  expect(asked.mock.calls).toEqual([
    [{ name: '三線閘道器', scopes: ['read', 'write'], expires_in_days: 90 }],
  ]);
  const kept = () =>
    JSON.stringify([
      cache
        .getQueryCache()
        .getAll()
        .map(({ state }) => state.data),
      cache
        .getMutationCache()
        .getAll()
        .map(({ state }) => state.data),
    ]);
  expect(kept()).not.toContain(secret);
  await userEvent.click(within(shown).getByRole('button', { name: '已存好，關閉' }));
  expect(await screen.findByText('三線閘道器')).toBeInTheDocument();
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  expect(document.documentElement.outerHTML).not.toContain(secret);
  expect([...document.querySelectorAll('input')].map(({ value }) => value)).not.toContain(secret);
  expect(kept()).not.toContain(secret);
  expect(kept()).toContain('三線閘道器');
});

test('F-AU-10: what an office alone allows is offered to an office alone', async () => {
  answer([]);
  show(<OwnTokens user={user('AUDITOR')} />);
  await userEvent.click(await screen.findByRole('button', { name: '建立權杖' }));
  expect(await screen.findByRole('checkbox', { name: '管理' })).toBeEnabled();
  expect(screen.getByRole('checkbox', { name: '讀取' })).toBeDisabled();
});

test('F-AU-10: what is refused says why and keeps what was typed', async () => {
  answer([]);
  server.use(
    http.post(url, () => HttpResponse.json(problem(409, 'conflict', 'You have 50 tokens.'), { status: 409 })),
  );
  show(<OwnTokens user={user('USER')} />);
  await fillIn();
  expect(await screen.findByRole('alert')).toHaveTextContent('You have 50 tokens.');
  expect(screen.getByRole('textbox', { name: /名稱/ })).toHaveValue(' 三線閘道器 ');
});

test('UX 22: tokens that cannot be loaded can be asked for again', async () => {
  server.use(
    http.get(url, () => HttpResponse.json(problem(500, 'internal'), { status: 500 }), { once: true }),
  );
  show(<OwnTokens user={user('USER')} />);
  expect(await screen.findByRole('alert')).toHaveTextContent('無法載入 API 權杖');
  answer([token('報表')]);
  await userEvent.click(screen.getByRole('button', { name: '重試' }));
  expect(await screen.findByRole('button', { name: '撤銷權杖 報表' })).toBeInTheDocument();
});

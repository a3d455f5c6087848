import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import type { Member, Role, User } from '@/api/types';
import { li, member, room, wang } from '@/testing/events';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';
import { Members } from './Members';

const server = startServer();
const url = `${origin}/api/rooms/${room().room_id}/members`;
const user: User = { ...wang, username: 'wang', system_role: 'USER' };

function start(members: Member[], me = user, role: Role | 'none' = 'OWNER') {
  server.use(http.get(url, () => HttpResponse.json({ members })));
  const onLeft = vi.fn();
  show(
    <Members
      room={room({ my_role: role === 'none' ? undefined : role })}
      me={me}
      here={[li]}
      onLeft={onLeft}
    />,
  );
  return onLeft;
}

const row = async (name: string) =>
  within(
    (await screen.findAllByRole('listitem')).find((item) => item.textContent?.includes(name)) as HTMLElement,
  );
const choose = async (name: string, entry: RegExp) => {
  await userEvent.click((await row(name)).getByRole('button'));
  await userEvent.click(await screen.findByRole('menuitem', { name: entry }));
};

describe('F-MB-01, F-MB-03: the members', () => {
  test('F-MB-06: a dot says who is here now', async () => {
    start([member(wang, 'OWNER'), member(li, 'EDITOR')]);
    expect((await row('李工')).getByRole('img', { name: '正在房間裡' })).toBeInTheDocument();
    expect((await row('王小明')).queryByRole('img')).not.toBeInTheDocument();
  });

  test('an owner changes a role', async () => {
    const sent: unknown[] = [];
    server.use(
      http.patch(`${url}/${li.user_id}`, async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(member(li, 'VIEWER'));
      }),
    );
    start([member(wang, 'OWNER'), member(li, 'EDITOR')]);
    await choose('李工', /更改角色/);
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.click(dialog.getByRole('radio', { name: '檢視者' }));
    await userEvent.click(dialog.getByRole('button', { name: '更改角色' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
    expect(sent).toEqual([{ role: 'VIEWER' }]);
  });

  test('F-MB-04: a refusal stands in the dialog', async () => {
    server.use(
      http.delete(`${url}/${li.user_id}`, () =>
        HttpResponse.json(problem(409, 'conflict', 'A room is never without an owner.'), { status: 409 }),
      ),
    );
    start([member(wang, 'OWNER'), member(li, 'EDITOR')]);
    await choose('李工', /移出房間/);
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.click(dialog.getByRole('button', { name: '移出' }));
    expect(await dialog.findByRole('alert')).toHaveTextContent('A room is never without an owner.');
  });

  test('UX 20: an owner reads why they cannot simply leave', async () => {
    start([member(wang, 'OWNER'), member(li, 'EDITOR')]);
    await userEvent.click((await row('王小明')).getByRole('button'));
    const leave = await screen.findByRole('menuitem', { name: /離開房間/ });
    expect(leave).toHaveAttribute('aria-disabled', 'true');
    expect(leave).toHaveTextContent('負責人要先把這個角色交給別人');
  });

  test('F-MB-01: somebody of the directory is added who has never signed in', async () => {
    const sent: unknown[] = [];
    const key = '5a2c9f0e-71b4-4f0e-9d2a-3c1d5e7f9b21';
    server.use(
      http.get(`${origin}/api/users`, () =>
        HttpResponse.json({
          users: [
            { user_id: li.user_id, name: li.name, username: 'li', system_role: 'USER' },
            { directory_key: key, name: '新人', username: 'new' },
          ],
          directory: 'unavailable',
        }),
      ),
      http.post(url, async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(member({ user_id: key, name: '新人' }, 'EDITOR'), { status: 201 });
      }),
    );
    start([member(wang, 'OWNER'), member(li, 'EDITOR')]);
    await userEvent.click(await screen.findByRole('button', { name: '加入成員' }));
    const dialog = within(await screen.findByRole('form', { name: '加入成員' }));
    await userEvent.click(dialog.getByRole('combobox', { name: '人員' }));
    expect(await screen.findByRole('option', { name: /李工/ })).toHaveTextContent('已是成員');
    expect(dialog.getByText(/目錄暫時沒有回應/)).toBeInTheDocument();
    const newcomer = screen.getByRole('option', { name: /新人/ });
    expect(newcomer).toHaveTextContent('目錄');
    await userEvent.click(newcomer);
    await userEvent.click(dialog.getByRole('button', { name: '加入' }));
    await waitFor(() => expect(sent).toEqual([{ directory_key: key, role: 'EDITOR' }]));
  });

  test('a viewer leaves, and has no say about others', async () => {
    server.use(http.delete(`${url}/${wang.user_id}`, () => new HttpResponse(null, { status: 204 })));
    const onLeft = start([member(li, 'OWNER'), member(wang, 'VIEWER')], user, 'VIEWER');
    expect((await row('李工')).queryByRole('button')).not.toBeInTheDocument();
    await choose('王小明', /離開房間/);
    await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '離開' }));
    await waitFor(() => expect(onLeft).toHaveBeenCalled());
  });

  test('F-MB-03: an administrator hands on what the only owner has', async () => {
    const sent: unknown[] = [];
    server.use(
      http.post(`${origin}/api/rooms/${room().room_id}/transfer-ownership`, async ({ request }) => {
        sent.push(await request.json());
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const boss: User = { user_id: 'u-boss', name: '林廠長', username: 'boss', system_role: 'ADMIN' };
    start([member(wang, 'OWNER'), member(li, 'EDITOR')], boss, 'none');
    await choose('李工', /把負責人交給這個人/);
    await userEvent.click(
      within(await screen.findByRole('dialog')).getByRole('button', { name: '交出負責人' }),
    );
    await waitFor(() => expect(sent).toEqual([{ user_id: li.user_id, from: wang.user_id }]));
  });
});

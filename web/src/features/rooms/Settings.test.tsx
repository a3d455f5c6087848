import { useQuery } from '@tanstack/react-query';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { roomQuery } from '@/api/keys';
import type { Role, Room } from '@/api/types';
import { can } from '@/features/members/can';
import { li, member, room, wang } from '@/testing/events';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';
import { Settings } from './Settings';

const server = startServer();
const url = `${origin}/api/rooms/${room().room_id}`;

function Shown({ role, onClose }: { role: Role; onClose: () => void }) {
  const { data } = useQuery(roomQuery(room().room_id));
  return (
    data && <Settings room={data} may={(act) => can({ system_role: 'USER' }, role, act)} onClose={onClose} />
  );
}

function start(role: Role, first: Room, answer: (patch: unknown) => Room | Response) {
  let now = first;
  const patches: unknown[] = [];
  server.use(
    http.get(url, () => HttpResponse.json(now)),
    http.get(`${url}/members`, () =>
      HttpResponse.json({ members: [member(wang, 'OWNER'), member(li, 'EDITOR')] }),
    ),
    http.patch(url, async ({ request }) => {
      const patch = await request.json();
      patches.push(patch);
      const result = answer(patch);
      if (result instanceof Response) return result;
      now = result;
      return HttpResponse.json(now);
    }),
  );
  const onClose = vi.fn();
  show(<Shown role={role} onClose={onClose} />);
  return {
    patches,
    onClose,
    become: (next: Room) => {
      now = next;
    },
  };
}

describe('F-RM-07: the fields of an incident', () => {
  test('only what was changed is sent', async () => {
    const { patches, onClose } = start('OWNER', room({ version: 4 }), () => room({ version: 5 }));
    const title = await screen.findByRole('textbox', { name: '標題' });
    await userEvent.clear(title);
    await userEvent.type(title, '油封破損');
    await userEvent.click(screen.getByRole('button', { name: '儲存' }));
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(patches).toEqual([{ version: 4, title: '油封破損' }]);
  });

  test('UX 20: an editor changes severity and assignee, and reads the rest', async () => {
    start('EDITOR', room(), () => room());
    expect(await screen.findByRole('textbox', { name: '標題' })).toBeDisabled();
    expect(screen.getByRole('combobox', { name: '嚴重度' })).toBeEnabled();
    expect(screen.getByRole('combobox', { name: '處理人' })).toBeEnabled();
    expect(screen.getByText(/其他欄位請負責人更改/)).toBeInTheDocument();
  });

  test('an archived room can only be read, and says so', async () => {
    start('OWNER', room({ status: 'ARCHIVED' }), () => room());
    expect(await screen.findByText('已封存，不能再更改')).toBeInTheDocument();
    expect(screen.getByRole('textbox', { name: '標題' })).toBeDisabled();
    expect(screen.getByRole('button', { name: '儲存' })).toBeDisabled();
  });

  test('F-RM-10: a stale version keeps what was typed and shows what it is now', async () => {
    const theirs = room({ version: 5, title: '別人的標題', lot: 'WO-9' });
    let refused = false;
    const { patches, onClose, become } = start('OWNER', room({ version: 4 }), () => {
      if (refused) return room({ version: 6 });
      refused = true;
      return HttpResponse.json(problem(409, 'conflict'), { status: 409 });
    });
    const title = await screen.findByRole('textbox', { name: '標題' });
    await userEvent.clear(title);
    await userEvent.type(title, '我的標題');
    become(theirs);
    await userEvent.click(screen.getByRole('button', { name: '儲存' }));
    expect(await screen.findByText(/有人剛剛更改了這個事件/)).toBeInTheDocument();
    expect(screen.getByText('現在是：別人的標題')).toBeInTheDocument();
    expect(title).toHaveValue('我的標題');
    expect(screen.getByRole('textbox', { name: '批號或工單' })).toHaveValue('WO-9');
    await userEvent.click(screen.getByRole('button', { name: '儲存' }));
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(patches).toEqual([
      { version: 4, title: '我的標題' },
      { version: 5, title: '我的標題' },
    ]);
  });
});

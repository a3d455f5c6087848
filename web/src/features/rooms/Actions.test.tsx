import { useQuery } from '@tanstack/react-query';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, test } from 'vitest';
import { roomQuery } from '@/api/keys';
import type { Role, Room } from '@/api/types';
import { can } from '@/features/members/can';
import { room } from '@/testing/events';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';
import { Actions } from './Actions';

const server = startServer();
const url = `${origin}/api/rooms/${room().room_id}`;

/** The header's buttons over a room that the server gives, and gives again when it is asked again. */
function Shown({ role }: { role: Role }) {
  const { data } = useQuery(roomQuery(room().room_id));
  return (
    data && (
      <>
        <output>{data.status}</output>
        <Actions
          room={data}
          may={(act) => can({ system_role: 'USER' }, role, act)}
          onSettings={() => undefined}
        />
      </>
    )
  );
}

function start(role: Role, more: Partial<Room>) {
  let now = room(more);
  const moves: unknown[] = [];
  let refusals: Response[] = [];
  server.use(
    http.get(url, () => HttpResponse.json(now)),
    http.post(`${url}/status`, async ({ request }) => {
      const move = (await request.json()) as { status: Room['status'] };
      moves.push(move);
      const refusal = refusals.shift();
      if (refusal !== undefined) return refusal;
      now = { ...now, status: move.status, version: now.version + 1, moves: [] };
      return HttpResponse.json(now);
    }),
  );
  show(<Shown role={role} />);
  return {
    moves,
    refuse: (status: number, code: string, then: Partial<Room> = {}) => {
      refusals = [HttpResponse.json(problem(status, code, 'said the server'), { status })];
      now = { ...now, ...then };
    },
  };
}

const open = { status: 'OPEN', version: 4, moves: ['ACKNOWLEDGED', 'IN_PROGRESS', 'CANCELLED'] } as const;
const started = { status: 'IN_PROGRESS', version: 4, moves: ['CONTAINED', 'RESOLVED', 'CLOSED'] } as const;
const shape = (room: { status: Room['status']; version: number; moves: readonly Room['status'][] }) => ({
  ...room,
  moves: [...room.moves],
});

describe('F-RM-09, UX 18: moving an incident on', () => {
  test('the next step is one press', async () => {
    const { moves } = start('EDITOR', shape(open));
    await userEvent.click(await screen.findByRole('button', { name: '接手' }));
    await waitFor(() => expect(screen.getByRole('status')).toHaveTextContent('ACKNOWLEDGED'));
    expect(moves).toEqual([{ version: 4, status: 'ACKNOWLEDGED' }]);
  });

  test('UX 20: a viewer acknowledges and has no menu', async () => {
    start('VIEWER', shape(open));
    await screen.findByRole('button', { name: '接手' });
    expect(screen.queryByRole('button', { name: '更多動作' })).not.toBeInTheDocument();
  });

  test('UX 20: what the state forbids is in the menu, with its reason', async () => {
    const { moves } = start('OWNER', shape(started));
    await userEvent.click(await screen.findByRole('button', { name: '更多動作' }));
    const archive = await screen.findByRole('menuitem', { name: /封存/ });
    expect(archive).toHaveTextContent('結案、取消或標為重複之後才能封存');
    expect(archive).toHaveAttribute('aria-disabled', 'true');
    await userEvent.click(archive);
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    expect(moves).toEqual([]);
  });

  test('a resolution is asked for, in place', async () => {
    const { moves } = start('EDITOR', { ...shape(started), status: 'CONTAINED', moves: ['RESOLVED'] });
    await userEvent.click(await screen.findByRole('button', { name: '標記已解決' }));
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.click(dialog.getByRole('button', { name: '標記已解決' }));
    expect(dialog.getByText('請說明處置結果')).toBeInTheDocument();
    expect(moves).toEqual([]);
    await userEvent.type(dialog.getByRole('textbox', { name: /處置結果/ }), '更換油封');
    await userEvent.click(dialog.getByRole('button', { name: '標記已解決' }));
    await waitFor(() => expect(screen.getByRole('status')).toHaveTextContent('RESOLVED'));
    expect(moves).toEqual([{ version: 4, status: 'RESOLVED', resolution: '更換油封' }]);
  });

  test('F-RM-10: somebody was faster: the page says so, keeps what was typed, and sends the new version', async () => {
    const { moves, refuse } = start('EDITOR', {
      ...shape(started),
      status: 'CONTAINED',
      moves: ['RESOLVED'],
    });
    await userEvent.click(await screen.findByRole('button', { name: '標記已解決' }));
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.type(dialog.getByRole('textbox', { name: /處置結果/ }), '更換油封');
    refuse(409, 'conflict', { version: 5, title: '別人改的' });
    await userEvent.click(dialog.getByRole('button', { name: '標記已解決' }));
    expect(await dialog.findByText(/有人剛剛更改了這個事件/)).toBeInTheDocument();
    expect(dialog.getByText(/別人改的/)).toBeInTheDocument();
    expect(dialog.getByRole('textbox', { name: /處置結果/ })).toHaveValue('更換油封');
    await userEvent.click(dialog.getByRole('button', { name: '標記已解決' }));
    await waitFor(() => expect(moves).toHaveLength(2));
    expect(moves[1]).toMatchObject({ version: 5, resolution: '更換油封' });
  });

  test('a move that is no longer possible says what the status is now', async () => {
    const { refuse } = start('EDITOR', { ...shape(started), status: 'CONTAINED', moves: ['RESOLVED'] });
    await userEvent.click(await screen.findByRole('button', { name: '標記已解決' }));
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.type(dialog.getByRole('textbox', { name: /處置結果/ }), '更換油封');
    refuse(409, 'conflict', { version: 5, status: 'CLOSED', moves: [] });
    await userEvent.click(dialog.getByRole('button', { name: '標記已解決' }));
    expect(await dialog.findByText(/目前狀態是「已結案」/)).toBeInTheDocument();
    expect(dialog.getByRole('button', { name: '標記已解決' })).toBeDisabled();
  });

  test('a refusal of a plain step stands under the header', async () => {
    const { refuse } = start('EDITOR', shape(open));
    const button = await screen.findByRole('button', { name: '接手' });
    refuse(503, 'unavailable');
    await userEvent.click(button);
    expect(await screen.findByRole('alert')).toHaveTextContent('系統暫時無法使用');
  });
});

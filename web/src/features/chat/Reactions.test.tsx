import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '@/api/types';
import { li, minute, room, roomId, said, wang } from '@/testing/events';
import { show } from '@/testing/render';
import { origin, startServer } from '@/testing/server';
import { fetchLater } from '@/ui/later';
import { QuickReactions, Reactions } from './Reactions';
import { type Talk, TalkContext } from './Talk';
import { WhoReacted } from './WhoReacted';

const server = startServer();
beforeAll(fetchLater);
const nothing = () => undefined;
const talk: Talk = {
  room: room(),
  me: { ...wang, username: 'wang', system_role: 'USER' },
  members: [],
  mayPost: true,
  mayReact: true,
  mayDeleteAny: 'no',
  find: nothing,
  reply: nothing,
  edit: nothing,
  jump: nothing,
  attachment: () => null,
};
const { message } = said(5, li, minute(5), {
  reactions: [
    { emoji: '👍', users: [wang, li] },
    { emoji: '👀', users: [li] },
  ],
});

let asked: string[];
beforeEach(() => {
  asked = [];
  server.use(
    http.all(`${origin}/api/rooms/${roomId}/messages/${message.message_id}/reactions/:emoji`, (what) => {
      asked.push(`${what.request.method} ${decodeURIComponent(String(what.params.emoji))}`);
      return new HttpResponse(null, { status: 204 });
    }),
  );
});

function under(one: Message, mayReact = true) {
  show(
    <TalkContext value={{ ...talk, mayReact }}>
      <Reactions message={one} />
      <QuickReactions message={one} />
    </TalkContext>,
  );
}

describe('UX 15: reactions', () => {
  test('six are offered at once', async () => {
    under({ ...message, reactions: [] });
    expect(await screen.findAllByRole('button')).toHaveLength(6);
    expect(screen.queryByRole('list')).not.toBeInTheDocument();
  });

  test('each says who reacted and whether I did, and is taken back or joined', async () => {
    under(message);
    const list = within(await screen.findByRole('list', { name: '回應' }));
    const mine = list.getByRole('button', { name: /👍：.*王小明/ });
    const other = list.getByRole('button', { name: '👀：李工' });
    expect(mine).toHaveAttribute('aria-pressed', 'true');
    expect(mine).toHaveTextContent('2');
    expect(other).toHaveAttribute('aria-pressed', 'false');
    expect(screen.getByRole('button', { name: '以 👍 回應' })).toHaveAttribute('aria-pressed', 'true');
    await userEvent.click(mine);
    await userEvent.click(other);
    await expect.poll(() => asked).toEqual(['DELETE 👍', 'PUT 👀']);
  });

  test('who may not react reads them', async () => {
    under(message, false);
    expect(await screen.findByRole('button', { name: '👀：李工' })).toBeDisabled();
  });

  test('fingers read the names in a sheet', async () => {
    show(<WhoReacted message={message} onClose={nothing} />);
    const rows = within(await screen.findByRole('dialog')).getAllByRole('listitem');
    expect(rows.map((row) => row.textContent)).toEqual([expect.stringMatching(/👍王小明.*李工/), '👀李工']);
  });
});

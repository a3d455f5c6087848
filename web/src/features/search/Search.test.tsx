import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { useState } from 'react';
import { beforeEach, describe, expect, test } from 'vitest';
import { useSession } from '@/api/session';
import type { Hit } from '@/api/types';
import { roomId, wang } from '@/testing/events';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';
import { SearchScreen } from './SearchScreen';
import type { Terms } from './terms';

const server = startServer();
let asked: URLSearchParams[];

const hit = (n: number): Hit => ({
  kind: 'message',
  room_id: roomId,
  number: 'INC-2026-00042',
  title: '三線沖壓機漏油',
  message_id: `m${n}`,
  seq: n,
  author: wang,
  at: new Date(2026, 6, 18, 14, n).toISOString(),
  snippet: [
    { text: '主軸', match: false },
    { text: '漏油', match: true },
    { text: ` ${n}`, match: false },
  ],
});

beforeEach(() => {
  asked = [];
  useSession.setState({ phase: 'signed-in' });
  server.use(
    http.get(`${origin}/api/users`, () => HttpResponse.json({ users: [], directory: 'not_asked' })),
    http.get(`${origin}/api/search`, ({ request }) => {
      const { searchParams } = new URL(request.url);
      asked.push(searchParams);
      const more = searchParams.get('cursor') === 'c2';
      return HttpResponse.json(more ? { hits: [hit(1)] } : { hits: [hit(3), hit(2)], next_cursor: 'c2' });
    }),
  );
});

function Searching({ start }: { start: Terms }) {
  const [terms, setTerms] = useState(start);
  return (
    <SearchScreen terms={terms} onChange={(change) => setTerms((before) => ({ ...before, ...change }))} />
  );
}

describe('F-RT-11 the search', () => {
  test('asks when typing rests, once, and marks what matched', async () => {
    show(<Searching start={{}} />);
    await userEvent.type(await screen.findByRole('searchbox'), '漏油');
    const [first] = await screen.findAllByText('漏油', { selector: 'mark' });
    expect(first?.closest('a')).toHaveAttribute('href', `/rooms/${roomId}?at=3`);
    expect(asked.map((params) => params.get('q'))).toEqual(['漏油']);
  });

  test('UX 22: goes on to the end of what was found', async () => {
    show(<Searching start={{ q: '漏油' }} />);
    await userEvent.click(await screen.findByRole('button', { name: '載入更多' }));
    expect(await screen.findByText('沒有更多結果')).toBeVisible();
    expect(screen.getAllByRole('link')).toHaveLength(3);
  });

  test('passes its limits on', async () => {
    show(<Searching start={{ q: '漏油', kind: ['file'] }} />);
    await screen.findAllByRole('link');
    await userEvent.click(screen.getByRole('checkbox', { name: '訊息' }));
    await expect.poll(() => asked.at(-1)?.getAll('kind')).toEqual(['file', 'message']);
  });

  test('UX 22: one Chinese character asks for another instead of the server', async () => {
    show(<Searching start={{ q: '油' }} />);
    expect(await screen.findByText('中文請輸入兩個以上的字')).toBeVisible();
    expect(asked).toEqual([]);
  });

  test('UX 22: nothing found says what to do', async () => {
    server.use(http.get(`${origin}/api/search`, () => HttpResponse.json({ hits: [] })));
    show(<Searching start={{ q: '沒有' }} />);
    expect(await screen.findByText('找不到符合的內容')).toBeVisible();
  });

  test('UX 22: a failure says so and can be tried again', async () => {
    server.use(
      http.get(
        `${origin}/api/search`,
        () => HttpResponse.json(problem(503, 'unavailable'), { status: 503 }),
        {
          once: true,
        },
      ),
    );
    show(<Searching start={{ q: '漏油' }} />);
    await userEvent.click(await screen.findByRole('button', { name: '重試' }));
    expect(await screen.findAllByRole('link')).not.toHaveLength(0);
  });
});

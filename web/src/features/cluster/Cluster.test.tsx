import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Node } from '@/api/types';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';
import { Cluster } from './Cluster';

const server = startServer();
const url = `${origin}/api/admin/cluster`;

const ids = {
  a: '0192f0c1-2b7a-7c3e-9a51-00000000e001',
  b: '0192f0c1-2b7a-7c3e-9a51-00000000e002',
  c: '0192f0c1-2b7a-7c3e-9a51-00000000e003',
} as const;
const addresses = { a: '10.20.0.11:7400', b: '10.20.0.12:7400', c: '10.20.0.13:7400' } as const;

function node(which: keyof typeof ids, more: Partial<Node> = {}): Node {
  return {
    node_id: ids[which],
    address: addresses[which],
    version: '1.4.0',
    zone: 'hall-2',
    started_at: '2026-07-18T06:00:00Z',
    renewed_at: '2026-07-18T09:00:00Z',
    lease_left_ms: 2480,
    state: 'up',
    unreachable: [],
    figures: {
      rooms: 42,
      connections: 1318,
      batches_waiting: 5,
      activations: 97,
      takeovers: 3,
      commits: 51840,
      events: 73112,
      fenced: 2,
      unknown: 0,
      refused: 0,
    },
    ...more,
  };
}

const answer = (...nodes: Node[]) => {
  const asked = vi.fn();
  server.use(
    http.get(url, () => {
      asked();
      return HttpResponse.json({ node_id: ids.a, nodes });
    }),
  );
  return asked;
};

const onDesk = () =>
  vi.spyOn(window, 'matchMedia').mockImplementation(
    (media) =>
      ({
        matches: true,
        media,
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
      }) as unknown as MediaQueryList,
  );

const drainOf = (which: keyof typeof addresses) =>
  screen.findByRole('button', { name: `排空節點 ${addresses[which]}` });

function setVisibility(state: DocumentVisibilityState): void {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
}

afterEach(() => {
  vi.useRealTimers();
  Reflect.deleteProperty(document, 'visibilityState');
});

describe('F-OP-06 the nodes', () => {
  test('stand in a table on a desk: state in words, lease, figures, and who answers', async () => {
    onDesk();
    answer(
      node('a'),
      node('b', { state: 'suspect', unreachable: [ids.a] }),
      node('c', { state: 'expired', lease_left_ms: -3200, zone: '' }),
    );
    show(<Cluster mayDrain />);
    const table = await screen.findByRole('table', { name: '叢集' });
    const rows = within(table).getAllByRole('row').slice(1);
    expect(rows).toHaveLength(3);
    for (const text of [
      '10.20.0.11:7400',
      '回應此頁',
      ids.a,
      '正常',
      'hall-2',
      '1.4.0',
      '剩 2.5 秒',
      '1,318',
    ]) {
      expect(rows[0]).toHaveTextContent(text);
    }
    expect(rows[1]).toHaveTextContent('失聯疑慮');
    expect(rows[1]).toHaveTextContent('聽不到：10.20.0.11:7400');
    expect(rows[1]).not.toHaveTextContent('回應此頁');
    expect(rows[2]).toHaveTextContent('租約過期');
    expect(rows[2]).toHaveTextContent('過期 3.2 秒');
    const cells = within(rows[0] as HTMLElement).getAllByRole('cell');
    expect(cells.map((cell) => cell.textContent).slice(4, 9)).toEqual(['42', '1,318', '5', '3', '2']);
  });

  test('are cards where a table would not fit', async () => {
    answer(node('a'), node('b', { state: 'draining' }));
    show(<Cluster mayDrain />);
    const cards = within(await screen.findByRole('list', { name: '叢集' })).getAllByRole('listitem');
    expect(cards).toHaveLength(2);
    for (const text of [
      '10.20.0.11:7400',
      '正常',
      '區域hall-2',
      '房間42',
      '連線1,318',
      '佇列5',
      '接手3',
      '攔下2',
    ]) {
      expect(cards[0]).toHaveTextContent(text);
    }
    expect(screen.queryByRole('table')).not.toBeInTheDocument();
  });

  test('are looked at every five seconds, and not while nobody sees them', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const asked = answer(node('a'), node('b'));
    show(<Cluster mayDrain />);
    await screen.findByRole('list', { name: '叢集' });
    const before = asked.mock.calls.length;
    await act(() => vi.advanceTimersByTimeAsync(5000));
    await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(before + 1));
    act(() => setVisibility('hidden'));
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(asked).toHaveBeenCalledTimes(before + 1);
    act(() => setVisibility('visible'));
    await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(before + 2));
  });
});

describe('UX 22 the page', () => {
  test('shows a skeleton while it waits', async () => {
    server.use(http.get(url, () => new Promise<never>(() => undefined)));
    show(<Cluster mayDrain />);
    expect(await screen.findByRole('status', { name: '載入中' })).toBeInTheDocument();
  });

  test('says why it failed and tries again', async () => {
    answer(node('a'), node('b'));
    server.use(
      http.get(url, () => HttpResponse.json(problem(500, 'internal'), { status: 500 }), { once: true }),
    );
    show(<Cluster mayDrain />);
    expect(await screen.findByRole('alert')).toHaveTextContent('無法載入叢集資訊');
    await userEvent.click(screen.getByRole('button', { name: '重試' }));
    expect(await screen.findByRole('list', { name: '叢集' })).toBeInTheDocument();
  });

  test('keeps what it knows when an update fails, and says how old it is', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    answer(node('a'), node('b'));
    show(<Cluster mayDrain />);
    await screen.findByRole('list', { name: '叢集' });
    server.use(http.get(url, () => HttpResponse.json(problem(503, 'unavailable'), { status: 503 })));
    await act(() => vi.advanceTimersByTimeAsync(5000));
    expect(await screen.findByText(/更新失敗，以下是 .+ 的資料/)).toBeInTheDocument();
    expect(screen.getByRole('list', { name: '叢集' })).toBeInTheDocument();
    answer(node('a'), node('b'));
    await act(() => vi.advanceTimersByTimeAsync(5000));
    await vi.waitFor(() => expect(screen.queryByText(/更新失敗/)).not.toBeInTheDocument());
  });

  test('refuses who may not see it, says so, and does not ask again', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const asked = vi.fn();
    server.use(
      http.get(url, () => {
        asked();
        return HttpResponse.json(problem(403, 'forbidden'), { status: 403 });
      }),
    );
    show(<Cluster mayDrain={false} />);
    expect(await screen.findByRole('alert')).toHaveTextContent('您不能查看叢集');
    expect(screen.getByRole('link', { name: '回到事件列表' })).toBeInTheDocument();
    await act(() => vi.advanceTimersByTimeAsync(30_000));
    expect(asked).toHaveBeenCalledTimes(1);
  });
});

describe('F-OP-08 draining', () => {
  const drained = (status = 202) => {
    const asked = vi.fn();
    server.use(
      http.post(`${url}/:id/drain`, ({ params }) => {
        asked(params.id);
        return status === 202
          ? new HttpResponse(null, { status })
          : HttpResponse.json(problem(status, 'not_found'), { status });
      }),
    );
    return asked;
  };

  test('asks first, says what will happen, and then tells the node', async () => {
    answer(node('a'), node('b'));
    const asked = drained();
    show(<Cluster mayDrain />);
    await userEvent.click(await drainOf('b'));
    const dialog = await screen.findByRole('dialog', { name: '要排空節點 10.20.0.12:7400 嗎？' });
    expect(dialog).toHaveTextContent('它的 1318 條連線會改連其他節點，42 個房間會移過去，然後這個行程結束。');
    expect(dialog).not.toHaveTextContent('您現在連的就是這個節點');
    await userEvent.click(within(dialog).getByRole('button', { name: '取消' }));
    expect(asked).not.toHaveBeenCalled();

    await userEvent.click(await drainOf('b'));
    answer(node('a'), node('b', { state: 'draining' }));
    await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '排空' }));
    expect(await screen.findByRole('button', { name: '排空中' })).toHaveAttribute('aria-disabled', 'true');
    expect(asked.mock.calls).toEqual([[ids.b]]);
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });

  test('of the node that answers warns of the reconnect', async () => {
    answer(node('a'), node('b'));
    show(<Cluster mayDrain />);
    await userEvent.click(await drainOf('a'));
    expect(await screen.findByRole('dialog')).toHaveTextContent('您現在連的就是這個節點');
  });

  test('that fails says why', async () => {
    answer(node('a'), node('b'));
    drained(404);
    show(<Cluster mayDrain />);
    await userEvent.click(await drainOf('b'));
    await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '排空' }));
    expect(await screen.findByText('節點沒有開始排空')).toBeInTheDocument();
  });

  test('of the last node that serves is not offered, and the page says why', async () => {
    answer(node('a'), node('b', { state: 'draining' }), node('c', { state: 'expired' }));
    show(<Cluster mayDrain />);
    const button = await drainOf('a');
    expect(button).toHaveAttribute('aria-disabled', 'true');
    expect(button).toHaveAccessibleDescription(/單一節點無法在不中斷服務的情況下排空/);
    await userEvent.click(button);
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    expect(screen.queryByRole('button', { name: `排空節點 ${addresses.c}` })).not.toBeInTheDocument();
  });

  test('is for who may', async () => {
    answer(node('a'), node('b'));
    show(<Cluster mayDrain={false} />);
    await screen.findByRole('list', { name: '叢集' });
    expect(screen.queryByRole('button')).not.toBeInTheDocument();
  });
});

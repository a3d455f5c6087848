import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { room } from '@/testing/events';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';
import { Details } from './Details';

const server = startServer();
const url = `${origin}/api/rooms/${room().room_id}/export`;

describe('UX 19: a room leaves as one document', () => {
  test('who may not take it is not offered it', async () => {
    show(<Details room={room()} may={(act) => act !== 'export'} onSettings={() => undefined} />);
    expect(await screen.findByRole('button', { name: '編輯資料' })).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: '匯出事件' })).not.toBeInTheDocument();
  });

  test('it is saved under the name that the server gives; what hinders that is told, and can be tried again', async () => {
    const answers = [
      () => HttpResponse.json(problem(503, 'busy'), { status: 503 }),
      () =>
        new HttpResponse('PK', {
          headers: {
            'Content-Type': 'application/zip',
            'Content-Disposition': 'attachment; filename="INC-2026-00012.zip"',
          },
        }),
    ];
    const asked: (string | null)[] = [];
    server.use(
      http.get(url, ({ request }) => {
        asked.push(new URL(request.url).searchParams.get('lang'));
        return answers.shift()?.();
      }),
    );
    const saved: string[] = [];
    URL.createObjectURL = () => 'blob:it';
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download);
    });

    show(<Details room={room({ status: 'ARCHIVED' })} may={() => true} onSettings={() => undefined} />);
    const button = await screen.findByRole('button', { name: '匯出事件' });
    await userEvent.click(button);
    expect(await screen.findByRole('alert', { name: '沒有匯出' })).toHaveTextContent('系統忙碌');
    await userEvent.click(button);
    await waitFor(() => expect(saved).toEqual(['INC-2026-00012.zip']));
    expect(screen.queryByRole('alert', { name: '沒有匯出' })).not.toBeInTheDocument();
    expect(asked).toEqual(['zh-Hant', 'zh-Hant']);
  });
});

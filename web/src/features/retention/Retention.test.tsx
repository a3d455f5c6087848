import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { RetentionDays, Room, Tombstone } from '@/api/types';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';
import { Hold } from './Hold';
import { Retention } from './Retention';

const server = startServer();
const url = `${origin}/api/admin/retention`;

const stone: Tombstone = {
  room_id: '0192f0c1-2b7a-7c3e-9a51-000000000009',
  number: 'INC-2025-00007',
  severity: 'LOW',
  declared_at: '2025-01-01T00:00:00Z',
  archived_at: '2025-02-01T00:00:00Z',
  purged_at: '2026-07-01T00:00:00Z',
  purged_by: '廠長',
  reason: '客戶要求刪除',
  policy: 0,
  state: 'settling',
  events: 40,
  messages: 31,
  files: 2,
  bytes: 2048,
  log_sha256: 'ab'.repeat(32),
};

/** An installation with a policy, one room that it makes due and one that a hold keeps. */
function plant(days: RetentionDays = { LOW: 365 }, stones: Tombstone[] = [stone]) {
  const told = { put: [] as unknown[], previews: [] as string[] };
  const room = {
    number: 'INC-2025-00042',
    title: '三線沖壓機漏油',
    severity: 'LOW',
    archived_at: '2025-03-01T00:00:00Z',
    due_at: '2026-03-01T00:00:00Z',
    events: 12,
    files: 3,
    bytes: 5_000_000,
  };
  server.use(
    http.get(url, () =>
      HttpResponse.json({ version: 3, days, changed_at: '2026-05-01T00:00:00Z', changed_by: '廠長' }),
    ),
    http.put(url, async ({ request }) => {
      told.put.push(await request.json());
      return HttpResponse.json({ version: 4, days });
    }),
    http.get(`${url}/preview`, ({ request }) => {
      const query = new URL(request.url).searchParams;
      told.previews.push(query.toString());
      const held = query.get('held') === 'true';
      const rooms = held
        ? [
            {
              ...room,
              room_id: '0192f0c1-2b7a-7c3e-9a51-000000000002',
              number: 'INC-2025-00043',
              hold: { placed_by: '稽核', placed_at: '2026-01-01T00:00:00Z', reason: '訴訟中' },
            },
          ]
        : [{ ...room, room_id: '0192f0c1-2b7a-7c3e-9a51-000000000001' }];
      return HttpResponse.json({ rooms, total: 1, due: 1, held: 1, files: 3, bytes: 5_000_000 });
    }),
    http.get(`${url}/tombstones`, () => HttpResponse.json({ tombstones: stones, total: stones.length })),
  );
  return told;
}

test('F-FU-02: what is applied was looked at before, and asked about', async () => {
  const told = plant();
  const user = userEvent.setup();
  show(<Retention mayManage />);
  const low = await screen.findByRole('textbox', { name: '低：封存後天數' });
  expect(low).toHaveValue('365');
  const apply = screen.getByRole('button', { name: '套用規則…' });
  expect(apply).toBeDisabled();

  await user.clear(low);
  await user.type(low, '7');
  expect(screen.getByText('請填 30 到 36500，或留空')).toBeVisible();
  expect(screen.getByRole('button', { name: '試算' })).toBeDisabled();
  await user.clear(low);
  await user.type(low, '90');
  await user.click(screen.getByRole('button', { name: '試算' }));
  await screen.findByText('依上面填的天數，還沒有套用。');
  await screen.findByText('會清除 1 個事件、3 個檔案（4.8 MB）；1 個因保全而留下。');
  expect(told.put).toEqual([]);
  expect(told.previews.some((query) => query.includes('LOW=90') && query.includes('proposed=true'))).toBe(
    true,
  );

  await user.type(low, '0'); // what was looked at is not what stands there
  expect(apply).toBeDisabled();
  await user.type(low, '{Backspace}');
  await user.click(apply);
  const question = await screen.findByRole('dialog', { name: '套用這個保存期限？' });
  expect(question).toHaveTextContent('現在有 1 個事件到期');
  await user.click(within(question).getByRole('button', { name: '套用' }));
  await waitFor(() => expect(told.put).toEqual([{ version: 3, days: { LOW: 90 } }]));
});

test('F-FU-02: rooms that would go, rooms that are held and what is left of others', async () => {
  plant();
  show(<Retention mayManage />);
  const due = await screen.findByRole('list', { name: '試算結果' });
  expect(await within(due).findByRole('link', { name: '三線沖壓機漏油' })).toBeVisible();
  expect(due).toHaveTextContent('INC-2025-00042');
  expect(await screen.findByRole('list', { name: '因保全而留下' })).toHaveTextContent('訴訟中');
  const stones = await screen.findByRole('list', { name: '已清除' });
  expect(stones).toHaveTextContent('INC-2025-00007');
  expect(stones).toHaveTextContent('客戶要求刪除');
  expect(stones).toHaveTextContent('31 則訊息，2 個檔案，2 KB');
});

test('F-FU-02: an AUDITOR reads the policy and changes nothing', async () => {
  plant({ LOW: 365 }, []);
  show(<Retention mayManage={false} />);
  expect(await screen.findByText('365 天')).toBeVisible();
  expect(screen.getAllByText('永久保留')).toHaveLength(3);
  expect(screen.queryByRole('textbox')).toBeNull();
  expect(screen.queryByRole('button', { name: '套用規則…' })).toBeNull();
  expect(await screen.findByText('還沒有清除過任何事件')).toBeVisible();
});

test('F-FU-02: who may not see it is told so', async () => {
  server.use(http.get(url, () => HttpResponse.json(problem(403, 'forbidden'), { status: 403 })));
  show(<Retention mayManage={false} />);
  expect(await screen.findByText('您不能查看保存期限')).toBeVisible();
});

test('F-FU-02: a hold needs a reason, is seen by members, and is released by an ADMIN alone', async () => {
  const room = { room_id: '0192f0c1-2b7a-7c3e-9a51-000000000001' } as Room;
  const told: unknown[] = [];
  server.use(
    http.put(`${origin}/api/rooms/${room.room_id}/hold`, async ({ request }) => {
      told.push(await request.json());
      return HttpResponse.json({ placed_by: '廠長', placed_at: '2026-01-01T00:00:00Z', reason: '訴訟中' });
    }),
  );
  const user = userEvent.setup();
  const asAdmin = show(<Hold room={room} mayHold />);
  await user.click(await screen.findByRole('button', { name: '保全這個事件…' }));
  const question = await screen.findByRole('dialog', { name: '保全這個事件？' });
  await user.click(within(question).getByRole('button', { name: '保全' }));
  expect(told).toEqual([]);
  await user.type(within(question).getByRole('textbox', { name: /原因/ }), '訴訟中');
  await user.click(within(question).getByRole('button', { name: '保全' }));
  await expect.poll(() => told).toEqual([{ reason: '訴訟中' }]);
  asAdmin.unmount();

  const held = { placed_by: '廠長', placed_at: '2026-01-01T00:00:00Z', reason: '客訴調查中' };
  show(<Hold room={{ ...room, hold: held }} mayHold={false} />);
  expect(await screen.findByText('客訴調查中')).toBeVisible();
  expect(screen.queryByRole('button')).toBeNull();
});

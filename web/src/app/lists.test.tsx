import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import type { ReactNode } from 'react';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ApiToken, AuditEntry, ChecklistItem, File, Session, Template, User } from '@/api/types';
import { AccountSessions, AccountTokens, OwnSessions, OwnTokens } from '@/features/access';
import { Audit } from '@/features/audit';
import { ViewerProvider } from '@/features/files';
import { Evidence } from '@/features/files/Evidence';
import { Members } from '@/features/members';
import { Checklist } from '@/features/rooms';
import { Templates } from '@/features/templates';
import { li, member, minute, room, roomId, wang } from '@/testing/events';
import { show } from '@/testing/render';
import { origin, problem, startServer } from '@/testing/server';

const server = startServer();
const me: User = { ...wang, username: 'wang', system_role: 'USER' };
const nothing = () => undefined;

const entry: AuditEntry = {
  audit_id: 'a1',
  at: minute(1),
  who: wang,
  act: 'login',
  target: 'POST /api/auth/login',
  from: '10.20.3.41',
  outcome: 'ok',
  request_id: 'r1',
};
const log: File = {
  file_id: 'f1',
  room_id: roomId,
  uploader: wang,
  filename: '警報.log',
  file_type: 'log',
  mime_type: 'text/plain',
  file_size: 10,
  sha256: '0'.repeat(64),
  scan_state: 'clean',
  uploaded_at: minute(1),
  download_url: '/content/f1',
  url_expires_at: minute(59),
};
const session: Session = {
  session_id: 's1',
  created_at: minute(1),
  last_used_at: minute(2),
  expires_at: minute(59),
  from: '10.20.3.41',
  user_agent: 'Firefox',
  current: true,
};
const token: ApiToken = {
  token_id: 't1',
  name: '三線閘道器',
  scopes: ['read'],
  created_at: minute(1),
  expires_at: minute(59),
};
const template: Template = {
  template_id: 'p1',
  version: 1,
  name_zh: '設備停機',
  name_en: 'Equipment down',
  incident_type: 'equipment',
  severity: 'HIGH',
  title_zh: '',
  title_en: '',
  members: [],
  checklist: [],
  required: [],
  retired: false,
};
const item: ChecklistItem = { item_id: 1, text_zh: '人員安全', text_en: 'People are safe', done: false };

interface List {
  list: ReactNode;
  path: string;
  full: object;
  shown: string | RegExp;
  failed: string;
  /** Absent where there is always something. */
  empty?: {
    answer: object;
    says: string;
    next?: string; // absent where the reader can do nothing about it
  };
  /** Absent where all comes at once. */
  end?: string;
}

const lists: Record<string, List> = {
  members: {
    list: <Members room={room()} me={me} onLeft={nothing} />,
    path: `/api/rooms/${roomId}/members`,
    full: { members: [member(wang, 'OWNER')] },
    shown: /王小明/,
    failed: '無法載入成員',
  },
  evidence: {
    list: (
      <ViewerProvider roomId={roomId} pictures={[]}>
        <Evidence roomId={roomId} filter={{}} onFilter={nothing} mayRemove={() => 'no'} />
      </ViewerProvider>
    ),
    path: `/api/rooms/${roomId}/files`,
    full: { files: [log], total: 1, limit: 60, offset: 0 },
    shown: '警報.log',
    failed: '無法載入檔案',
    empty: {
      answer: { files: [], total: 0, limit: 60, offset: 0 },
      says: '還沒有檔案',
      next: '在對話裡附上照片、PDF 或設備紀錄。',
    },
    end: '沒有更多檔案了',
  },
  checklist: {
    list: <Checklist room={room()} me={wang} may={() => true} />,
    path: `/api/rooms/${roomId}/checklist`,
    full: { items: [item] },
    shown: '人員安全',
    failed: '無法載入檢查清單',
    empty: { answer: { items: [] }, says: '沒有檢查清單', next: '檢查清單來自通報時選的範本。' },
  },
  templates: {
    list: <Templates mayManage />,
    path: '/api/templates',
    full: { templates: [template] },
    shown: '設備停機',
    failed: '無法載入範本',
    empty: { answer: { templates: [] }, says: '還沒有範本', next: '新增範本後，通報時就能選擇。' },
  },
  audit: {
    list: <Audit filters={{}} onChange={nothing} />,
    path: '/api/admin/audit',
    full: { entries: [entry] },
    shown: '10.20.3.41',
    failed: '無法載入稽核紀錄',
    empty: { answer: { entries: [] }, says: '沒有符合的紀錄', next: '放寬條件再試一次。' },
    end: '沒有更早的紀錄了',
  },
  sessions: {
    list: <OwnSessions />,
    path: '/api/auth/sessions',
    full: { sessions: [session] },
    shown: '10.20.3.41',
    failed: '無法載入登入中的裝置',
  },
  tokens: {
    list: <OwnTokens user={me} />,
    path: '/api/auth/tokens',
    full: { tokens: [token] },
    shown: '三線閘道器',
    failed: '無法載入 API 權杖',
    empty: { answer: { tokens: [] }, says: '沒有 API 權杖。', next: '建立權杖' },
  },
  "another's sessions": {
    list: <AccountSessions userId={li.user_id} name={li.name} mayEnd onAsking={nothing} />,
    path: `/api/admin/users/${li.user_id}/sessions`,
    full: { sessions: [session] },
    shown: '10.20.3.41',
    failed: '無法載入登入中的裝置',
    empty: { answer: { sessions: [] }, says: '目前沒有在任何裝置登入。' },
  },
  "another's tokens": {
    list: <AccountTokens userId={li.user_id} mayRevoke onAsking={nothing} />,
    path: `/api/admin/users/${li.user_id}/tokens`,
    full: { tokens: [token] },
    shown: '三線閘道器',
    failed: '無法載入 API 權杖',
    empty: { answer: { tokens: [] }, says: '沒有 API 權杖。' },
  },
};

beforeEach(() => {
  server.use(
    http.get(`${origin}/api/admin/users`, () => HttpResponse.json({ users: [] })),
    http.get(`${origin}/api/rooms/${roomId}/members`, () => HttpResponse.json({ members: [] })),
  );
});

describe.each(Object.entries(lists))('UX 22 %s', (_, { list, path, full, shown, failed, empty, end }) => {
  const url = `${origin}${path}`;

  test('has a skeleton while it waits', async () => {
    server.use(http.get(url, () => new Promise<never>(nothing)));
    show(list);
    expect(await screen.findByRole('status', { name: '載入中' })).toBeInTheDocument();
  });

  test('says why it failed and tries again; then ends where there is no more', async () => {
    server.use(
      http.get(url, () => HttpResponse.json(problem(500, 'internal'), { status: 500 }), { once: true }),
      http.get(url, () => HttpResponse.json(full)),
    );
    show(list);
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent(failed);
    await userEvent.click(within(alert).getByRole('button', { name: '重試' }));
    expect((await screen.findAllByText(shown)).length).toBeGreaterThan(0);
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    if (end !== undefined) expect(screen.getByText(end)).toBeInTheDocument();
  });

  if (empty === undefined) return;
  test('when it is empty, says so and what to do next', async () => {
    server.use(http.get(url, () => HttpResponse.json(empty.answer)));
    show(list);
    expect(await screen.findByText(empty.says)).toBeInTheDocument();
    if (empty.next !== undefined) expect(screen.getByText(empty.next)).toBeInTheDocument();
  });
});

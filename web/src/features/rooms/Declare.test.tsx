import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import type { Template } from '@/api/types';
import { room } from '@/testing/events';
import { show } from '@/testing/render';
import { origin, startServer } from '@/testing/server';
import { Declare } from './Declare';

const server = startServer();

const template: Template = {
  template_id: 't1',
  version: 3,
  name_zh: '品質異常',
  name_en: 'Quality defect',
  title_zh: '{line} 品質異常',
  title_en: '{line} quality defect',
  incident_type: 'quality',
  severity: 'MEDIUM',
  members: [{ user_id: 'u-li', name: '李工', role: 'EDITOR' }],
  checklist: [{ zh: '隔離可疑品', en: 'Set suspect parts apart' }],
  required: ['lot'],
  retired: false,
};

test('F-TP-02: what a template requires is marked and asked for before anything is sent', async () => {
  const sent: unknown[] = [];
  server.use(
    http.get(`${origin}/api/templates`, () => HttpResponse.json({ templates: [template] })),
    http.post(`${origin}/api/rooms`, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(room(), { status: 201 });
    }),
  );
  const onDeclared = vi.fn();
  show(<Declare place={{ line: '三線' }} allowed tools={null} staged={null} onDeclared={onDeclared} />);

  await userEvent.click(await screen.findByRole('radio', { name: '品質異常' }));
  expect(await screen.findByText('李工（處理人員）')).toBeInTheDocument();
  expect(screen.getByText('檢查清單（1 項）')).toBeInTheDocument();
  const lot = await screen.findByRole('textbox', { name: /^批號或工單/ });
  expect(lot).toBeRequired();
  expect(screen.getByRole('textbox', { name: '說明（選填）' })).not.toBeRequired();

  await userEvent.click(screen.getByRole('button', { name: '通報' }));
  expect(await screen.findByText('這種異常必須填寫')).toBeInTheDocument();
  expect(sent).toEqual([]);

  await userEvent.type(lot, 'WO-1');
  await userEvent.click(screen.getByRole('button', { name: '通報' }));
  await waitFor(() => expect(onDeclared).toHaveBeenCalled());
  expect(sent).toMatchObject([{ template_id: 't1', lot: 'WO-1', title: '三線 品質異常' }]);
});

import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import type { Template } from '@/api/types';
import { show } from '@/testing/render';
import { origin, startServer } from '@/testing/server';
import { TemplateForm } from './TemplateForm';

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
  checklist: [
    { zh: '甲', en: 'a' },
    { zh: '乙', en: 'b' },
  ],
  required: ['lot'],
  retired: false,
};

describe('F-TP-02: writing a template', () => {
  test('items move, and an item without one of its languages is not sent', async () => {
    const sent: Template[] = [];
    server.use(
      http.get(`${origin}/api/users`, () => HttpResponse.json({ users: [], directory: 'not_asked' })),
      http.patch(`${origin}/api/templates/t1`, async ({ request }) => {
        sent.push((await request.json()) as Template);
        return HttpResponse.json({ ...template, version: 4 });
      }),
    );
    const onDone = vi.fn();
    show(<TemplateForm template={template} mayManage onDone={onDone} />);
    await userEvent.click(await screen.findByRole('button', { name: '第 2 項上移' }));
    await userEvent.click(screen.getByRole('button', { name: '新增一項' }));
    await userEvent.type(screen.getByRole('textbox', { name: '第 3 項（中文）' }), '丙');
    await userEvent.click(screen.getByRole('checkbox', { name: '產線' }));
    await userEvent.click(screen.getByRole('button', { name: '儲存' }));
    expect(screen.getByText('必須填寫')).toBeInTheDocument();
    expect(sent).toEqual([]);

    await userEvent.type(screen.getByRole('textbox', { name: '第 3 項（英文）' }), 'c');
    await userEvent.click(screen.getByRole('button', { name: '儲存' }));
    await waitFor(() => expect(onDone).toHaveBeenCalled());
    expect(sent[0]).toMatchObject({
      version: 3,
      required: ['line', 'lot'],
      members: [{ user_id: 'u-li', role: 'EDITOR' }],
      checklist: [
        { zh: '乙', en: 'b' },
        { zh: '甲', en: 'a' },
        { zh: '丙', en: 'c' },
      ],
    });
  });

  test('an auditor reads it and changes nothing', async () => {
    show(<TemplateForm template={template} mayManage={false} onDone={() => undefined} />);
    expect(await screen.findByRole('textbox', { name: '名稱（中文）' })).toBeDisabled();
    expect(screen.getByText('李工')).toBeInTheDocument();
    for (const name of ['儲存', '停用', '新增一項', '第 2 項上移']) {
      expect(screen.queryByRole('button', { name })).not.toBeInTheDocument();
    }
  });
});

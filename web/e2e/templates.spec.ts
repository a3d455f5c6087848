import { clean } from './support/axe';
import { expect, openRoom, phone, test, unique } from './support/test';

test('F-TP-01, F-TP-02: an administrator makes a template; what it requires, whom it calls and what it asks for come true', async ({
  as,
}) => {
  const name = unique('換模');
  const boss = await as('boss');
  await boss.goto('/rooms');
  await boss.getByRole('link', { name: '管理' }).click();
  await boss.getByRole('link', { name: '範本' }).click();
  await expect(boss.getByRole('heading', { level: 1, name: '事件範本' })).toBeVisible();
  await clean(boss, 'templates');
  await boss.getByRole('link', { name: '新增範本' }).click();
  await boss.getByRole('textbox', { name: '名稱（中文）' }).fill(name);
  await boss.getByRole('textbox', { name: '名稱（英文）' }).fill(`${name} en`);
  await boss.getByRole('textbox', { name: '標題（中文）' }).fill('{line} 換模異常');
  await boss.getByRole('textbox', { name: '標題（英文）' }).fill('{line} tool change');
  await boss.getByRole('checkbox', { name: '批號或工單' }).check();
  for (const [number, text] of [
    [1, '通知模具'],
    [2, '確認安全'],
  ] as const) {
    await boss.getByRole('button', { name: '新增一項' }).click();
    await boss.getByRole('textbox', { name: `第 ${number} 項（中文）` }).fill(text);
    await boss.getByRole('textbox', { name: `第 ${number} 項（英文）` }).fill(`item ${number}`);
  }
  await boss.getByRole('button', { name: '第 2 項上移' }).click();
  await boss.getByRole('combobox', { name: '加入人員' }).fill('李工');
  await boss.getByRole('option', { name: /李工/ }).click();
  await clean(boss, 'template');
  await boss.getByRole('button', { name: '儲存' }).click();
  await expect(boss.getByRole('link', { name: new RegExp(name) })).toContainText('第 1 版');

  const page = await as('wang');
  await page.goto('/rooms/new?line=三線');
  await page.getByRole('radio', { name }).check();
  await expect(page.getByText('李工（處理人員）')).toBeVisible();
  await page.getByRole('button', { name: '通報', exact: true }).click();
  await expect(page.getByText('這種異常必須填寫')).toBeVisible();
  await page.getByRole('textbox', { name: /^批號或工單/ }).fill('WO-1');
  await page.getByRole('button', { name: '通報', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: '三線 換模異常' })).toBeVisible();
  await page.getByRole('tab', { name: '清單 0/2' }).click();
  const list = page.getByRole('list', { name: '檢查清單' });
  await expect(list.getByRole('listitem').first()).toContainText('確認安全');

  const other = await as('li', phone);
  await openRoom(other, new URL(page.url()).pathname.split('/').at(-1) ?? '');
  await other.getByRole('button', { name: '事件詳情' }).click();
  await other.getByRole('tab', { name: '清單 0/2' }).click();
  const safe = page.getByRole('checkbox', { name: '確認安全' });
  await safe.click();
  await expect(safe).toBeChecked();
  await expect(other.getByRole('tab', { name: '清單 1/2' })).toBeVisible(); // without a reload
  await expect(other.getByRole('checkbox', { name: '確認安全' })).toBeChecked();
  await expect(other.getByRole('list', { name: '檢查清單' })).toContainText('王小明');
  await clean(other, 'checklist');
});

test('F-TP-02: a template is changed, retired and brought back; a room keeps the version it was made from', async ({
  as,
  api,
}) => {
  const name = unique('版本');
  const boss = await api('boss');
  const answer = await boss.http.post('/api/templates', {
    data: {
      name_zh: name,
      name_en: name,
      title_zh: name,
      title_en: name,
      incident_type: 'other',
      severity: 'LOW',
      members: [],
      checklist: [{ zh: '甲', en: 'a' }],
      required: [],
    },
  });
  expect(answer.status()).toBe(201);
  const { template_id } = (await answer.json()) as { template_id: string };
  const room = await (await api('wang')).declare({ title: unique('舊版'), template_id });

  const page = await as('boss');
  await page.goto('/admin/templates');
  const row = page.getByRole('link', { name: new RegExp(name) });
  await row.click();
  await page.getByRole('textbox', { name: '第 1 項（中文）' }).fill('甲甲');
  await page.getByRole('button', { name: '儲存' }).click();
  await expect(row).toContainText('第 2 版');
  await row.click();
  await page.getByRole('button', { name: '停用' }).click();
  await expect(row).toContainText('已停用');
  await row.click();
  await page.getByRole('button', { name: '儲存並重新啟用' }).click();
  await expect(row).not.toContainText('已停用');

  const user = await as('wang');
  await openRoom(user, room.room_id);
  await expect(user.getByText(`${name}（第 1 版）`)).toBeVisible();
  await user.getByRole('tab', { name: '清單 0/1' }).click();
  await expect(user.getByRole('checkbox', { name: '甲', exact: true })).toBeVisible();
});

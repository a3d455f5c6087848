import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type { components } from '../src/api/schema';
import { clean } from './support/axe';
import { plant } from './support/people';
import { desk, expect, openRoom, phone, test, unique } from './support/test';

type Schemas = components['schemas'];

const iPhone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';

const signedOut = (page: Page) => expect(page.getByRole('heading', { name: '登入' })).toBeVisible();
const atList = (page: Page) => expect(page.getByRole('heading', { name: '事件列表' })).toBeVisible();
const accounts = (page: Page) => page.getByRole('list', { name: '帳號' });
const row = (page: Page, name: string) => accounts(page).getByRole('button', { name: new RegExp(name) });
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name });

/** Opens what is known of 吳小華. */
async function openWu(page: Page): Promise<void> {
  await page.goto('/admin/users?q=吳小華');
  await row(page, '吳小華').click();
  await expect(dialog(page, '吳小華').getByRole('heading', { name: '登入中的裝置' })).toBeVisible();
}

async function signsIn(): Promise<number> {
  const { url, accounts } = plant();
  const answer = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'task-reporter' },
    body: JSON.stringify({ username: 'wu', password: accounts.wu.password }),
  });
  return answer.status;
}

/** What the API answers to somebody who has nothing but a token. */
async function statusWith(token: string, path = '/api/auth/me'): Promise<number> {
  return (await fetch(`${plant().url}${path}`, { headers: { Authorization: `Bearer ${token}` } })).status;
}

test.afterEach(async ({ api }) => {
  const boss = await api('boss');
  const wu = `/api/admin/users/${plant().accounts.wu.userId}`;
  expect((await boss.http.patch(wu, { data: { disabled: false, system_role: 'USER' } })).ok()).toBe(true);
});

for (const [name, screen] of Object.entries({ desk, phone })) {
  test(`F-OP-06: an administrator disables somebody whose page is open, and enables them again (${name})`, async ({
    as,
  }) => {
    const wu = await as('wu');
    await wu.goto('/rooms');
    await atList(wu);

    const boss = await as('boss', screen);
    await boss.goto(name === 'phone' ? '/me' : '/rooms');
    await boss.getByRole('link', { name: name === 'phone' ? '帳號' : '管理' }).click();
    await expect(boss.getByRole('heading', { level: 1, name: '帳號' })).toBeVisible();
    await clean(boss, 'accounts');
    await boss.getByRole('searchbox', { name: '搜尋姓名或帳號' }).fill('吳');
    await expect(accounts(boss).getByRole('listitem')).toHaveCount(1);
    await expect(boss).toHaveURL(/q=/);
    await row(boss, '吳小華').click();
    await boss.getByRole('button', { name: '停用帳號…' }).click();
    const question = dialog(boss, '停用 吳小華 的帳號？');
    await expect(question.getByRole('button', { name: '取消' })).toBeFocused();
    await clean(boss, 'disable');
    await boss.keyboard.press('Escape'); // closes the question alone
    await expect(question).toHaveCount(0);
    await expect(boss.getByRole('button', { name: '停用帳號…' })).toBeFocused();
    await boss.keyboard.press('Enter');
    await question.getByRole('button', { name: '停用', exact: true }).click();

    await signedOut(wu);
    expect(await signsIn()).toBe(401);
    await expect(row(boss, '吳小華')).toContainText('已停用');
    await expect(row(boss, '吳小華')).toContainText('0 個登入');
    await boss.getByRole('combobox', { name: '狀態' }).selectOption('可登入');
    await expect(boss.getByText('沒有符合的帳號')).toBeVisible();
    await boss.goBack();
    await row(boss, '吳小華').click();
    await boss.getByRole('button', { name: '重新啟用…' }).click();
    await boss.getByRole('button', { name: '啟用', exact: true }).click();
    await expect(row(boss, '吳小華')).toContainText('可登入');
    expect(await signsIn()).toBe(200);
    expect(await boss.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  });

  test(`F-AU-03: an administrator ends one session, then all (${name})`, async ({ as }) => {
    const wu = await as('wu');
    await wu.goto('/rooms');
    await atList(wu);
    const onPhone = await as('wu', { ...phone, userAgent: iPhone });
    await onPhone.goto('/rooms');
    await atList(onPhone);

    const boss = await as('boss', screen);
    await openWu(boss);
    await clean(boss, 'account');
    await boss.getByRole('button', { name: '結束 iPhone 上的 Safari 的登入' }).click();
    await signedOut(onPhone);
    await expect(boss.getByText('iPhone 上的 Safari', { exact: true })).toHaveCount(0);
    await wu.reload();
    await atList(wu);

    await boss.getByRole('button', { name: '結束所有登入' }).click();
    const question = dialog(boss, '結束 吳小華 的所有登入？');
    await question.getByRole('button', { name: '結束所有登入' }).click();
    await signedOut(wu);
    await expect(boss.getByText('目前沒有在任何裝置登入。')).toBeVisible();
  });

  test(`F-SE-05: a changed role holds from the next sign-in on, and the trail tells of it (${name})`, async ({
    as,
  }) => {
    const { userId } = plant().accounts.wu;
    const wu = await as('wu');
    await wu.goto('/rooms');
    await atList(wu);
    const boss = await as('boss', screen);
    await openWu(boss);
    await boss.getByRole('button', { name: '更改角色…' }).click();
    const question = dialog(boss, '更改 吳小華 的角色');
    await question.getByRole('radio', { name: '稽核員' }).check();
    await clean(boss, 'role');
    await question.getByRole('button', { name: '更改角色' }).click();
    await expect(row(boss, '吳小華')).toContainText('稽核員');
    await signedOut(wu);
    const again = await as('wu');
    await again.goto('/me');
    await expect(again.getByText('wu · 稽核員')).toBeVisible();

    await boss.goto('/admin/audit');
    await expect(boss.getByRole('heading', { level: 1, name: '稽核紀錄' })).toBeVisible();
    await clean(boss, 'audit');
    if (name === 'phone') await boss.getByRole('button', { name: '篩選' }).click();
    await boss.getByRole('combobox', { name: '動作' }).selectOption('更改系統角色');
    await expect(boss).toHaveURL(/act=system_role_changed/);
    const trail = boss.getByRole(name === 'phone' ? 'list' : 'table', { name: '稽核紀錄' });
    const deed = trail.getByRole(name === 'phone' ? 'listitem' : 'row').filter({ hasText: userId });
    await expect(deed.first()).toContainText('system_role_changed');
    await expect(deed.first()).toContainText('林廠長');
    await expect(deed.first()).toContainText('AUDITOR');
    await boss.reload();
    await expect(deed.first()).toContainText('林廠長');

    const coming = boss.waitForEvent('download');
    await boss.getByRole('button', { name: '匯出' }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toMatch(/^audit-\w+\.jsonl$/);
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\n');
    const entries = lines.map((line) => JSON.parse(line) as Schemas['AuditEntry']);
    expect(entries.map(({ act }) => act)).toContain('system_role_changed');
    expect(entries.filter(({ act }) => act !== 'system_role_changed')).toEqual([]);
  });

  test(`F-SE-02, F-SE-05: the trail leads to the room that was refused (${name})`, async ({ as, api }) => {
    const wang = await api('wang');
    const room = await wang.declare({ title: unique('稽核') });
    expect((await (await api('li')).http.get(`/api/rooms/${room.room_id}`)).status()).toBe(403);
    const auditor = await as('auditor', screen);
    await auditor.goto(`/admin/audit?outcome=refused&target=room ${room.room_id}`);
    const link = auditor.getByRole('link', { name: `房間 ${room.room_id}` });
    await expect(link).toHaveCount(1);
    await expect(auditor.getByText('access_refused')).toBeVisible();
    await clean(auditor, 'refused');
    await auditor.getByRole('link', { name: '李工' }).click();
    await expect(auditor).toHaveURL(new RegExp(`user=${plant().accounts.li.userId}`));
    await auditor.goBack();
    await link.click();
    await expect(auditor.getByRole('heading', { level: 1, name: room.title })).toBeVisible();
  });

  test(`F-OP-06: an auditor reads accounts and changes none (${name})`, async ({ as, api }) => {
    await api('wu'); // a session to look at
    const auditor = await as('auditor', screen);
    await openWu(auditor);
    const sheet = dialog(auditor, '吳小華');
    await expect(sheet.getByText('上次使用').first()).toBeVisible();
    await expect(sheet.getByRole('button')).toHaveCount(1); // to close it
    await sheet.getByRole('button', { name: '關閉' }).click();
    await expect(row(auditor, '吳小華')).toBeFocused();
  });

  test(`F-OP-06: nobody is offered to change their own account (${name})`, async ({ as }) => {
    const boss = await as('boss', screen);
    await boss.goto('/admin/users?q=boss');
    await row(boss, '林廠長').click();
    const sheet = dialog(boss, '林廠長');
    await expect(sheet.getByText('這是您自己的帳號', { exact: false })).toBeVisible();
    await expect(sheet.getByRole('button')).toHaveCount(1);
  });

  test(`F-AU-05: a user who types the address is refused in words (${name})`, async ({ as }) => {
    const page = await as('li', screen);
    for (const [path, words] of [
      ['/admin/users', '您不能查看帳號'],
      ['/admin/audit', '您不能查看稽核紀錄'],
      ['/admin/storage', '您不能查看儲存空間'],
    ] as const) {
      await page.goto(path);
      await expect(page.getByRole('alert')).toContainText(words);
      await expect(page.getByRole('navigation', { name: '管理' })).toHaveCount(0);
    }
    await clean(page, 'refusal');
    await page.getByRole('link', { name: '回到事件列表' }).click();
    await atList(page);
    await expect(page.getByRole('link', { name: '管理' })).toHaveCount(0);
  });

  test(`F-AU-03: everybody ends their own other sessions (${name})`, async ({ as, api }) => {
    const room = await (await api('chen')).declare({ title: unique('另一台') });
    const other = await as('chen', { userAgent: iPhone });
    await openRoom(other, room.room_id);
    const page = await as('chen', screen);
    await page.goto('/rooms');
    if (name === 'desk') {
      await page.getByRole('button', { name: '已登入：陳工' }).click();
      await page.getByRole('link', { name: '登入與權杖' }).click();
    } else {
      await page.getByRole('link', { name: '我的' }).click();
    }
    const sessions = page.getByRole('list', { name: '登入中的裝置' });
    await expect(sessions.getByRole('listitem').filter({ hasText: '這台裝置' })).toHaveCount(1);
    await expect(sessions.getByText('iPhone 上的 Safari')).toBeVisible();
    await clean(page, 'me');
    await page.getByRole('button', { name: '結束其他所有登入' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '結束其他所有登入' }).click();
    await expect(sessions.getByRole('listitem')).toHaveCount(1);
    await signedOut(other);
    await page.reload();
    await expect(sessions.getByText('這台裝置')).toBeVisible();
  });

  test(`F-AU-10: a token is shown once, works, and is dead when it is revoked (${name})`, async ({ as }) => {
    const label = unique('三線閘道器');
    const page = await as('chen', screen);
    await page.goto('/me');
    const maker = page.getByRole('button', { name: '建立權杖' });
    await maker.click();
    const form = dialog(page, '建立 API 權杖');
    await expect(form.getByRole('checkbox', { name: '讀取' })).toBeDisabled();
    await expect(form.getByRole('checkbox', { name: '管理' })).toHaveCount(0); // not for a user
    await clean(page, 'new token');
    await form.getByRole('button', { name: '建立權杖' }).click();
    await expect(form.getByText('請輸入名稱')).toBeVisible();
    await form.getByRole('textbox', { name: '名稱' }).fill(label);
    await form.getByText('7 天', { exact: true }).click();
    await form.getByRole('button', { name: '建立權杖' }).click();

    const shown = dialog(page, '權杖已建立');
    await clean(page, 'token');
    const token = await shown.getByRole('textbox', { name: '權杖' }).inputValue();
    expect(token).toMatch(/^trt_/);
    await page.keyboard.press('Escape');
    await expect(shown).toBeVisible();
    await page.evaluate(() => Reflect.deleteProperty(Navigator.prototype, 'clipboard')); // as over plain HTTP
    await shown.getByRole('button', { name: '複製' }).click();
    await expect(shown.getByRole('status')).toContainText('請按 Ctrl+C');
    expect(await page.evaluate(() => getSelection()?.toString())).toBe(token);
    await shown.getByRole('button', { name: '已存好，關閉' }).click();
    await expect(shown).toHaveCount(0);
    await expect(maker).toBeFocused();
    expect(await page.content()).not.toContain(token.slice(4));
    expect(
      await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])),
    ).not.toContain(token.slice(4));

    expect(await statusWith(token)).toBe(200);
    const tokens = page.getByRole('list', { name: 'API 權杖' });
    const mine = tokens.getByRole('listitem').filter({ hasText: label });
    await expect(mine).toContainText('讀取');
    await page.getByRole('button', { name: `撤銷權杖 ${label}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: '撤銷' }).click();
    await expect(mine).toHaveCount(0);
    expect(await statusWith(token)).toBe(401);
  });

  test(`F-AU-10: an administrator revokes somebody's token; an auditor only sees it (${name})`, async ({
    as,
    api,
  }) => {
    const label = unique('報表');
    const data = { name: label, scopes: ['read', 'write'], expires_in_days: 30 };
    const answer = await (await api('wu')).http.post('/api/auth/tokens', { data });
    const { token } = (await answer.json()) as Schemas['MadeApiToken'];
    expect(await statusWith(token)).toBe(200);

    const auditor = await as('auditor', screen);
    await openWu(auditor);
    await expect(dialog(auditor, '吳小華').getByText(label)).toBeVisible();
    await expect(auditor.getByRole('button', { name: `撤銷權杖 ${label}` })).toHaveCount(0);

    const boss = await as('boss', screen);
    await openWu(boss);
    await boss.getByRole('button', { name: `撤銷權杖 ${label}` }).click();
    await dialog(boss, `撤銷權杖「${label}」？`).getByRole('button', { name: '撤銷' }).click();
    await expect(dialog(boss, '吳小華').getByText(label)).toHaveCount(0);
    expect(await statusWith(token)).toBe(401);
    await boss.goto('/admin/audit?act=token_revoked');
    await expect(boss.getByText('撤銷 API 權杖').first()).toBeAttached();
    await expect(boss.getByText(plant().accounts.wu.userId).first()).toBeVisible();
  });

  test(`F-OP-06: an auditor sees what the files take (${name})`, async ({ as, api }) => {
    const wang = await api('wang');
    const room = await wang.declare({ title: unique('空間') });
    const auditor = await as('auditor', screen);
    await auditor.goto('/admin/storage');
    const logs = auditor.getByRole('row', { name: /^紀錄檔/ }).getByRole('cell');
    const before = Number((await logs.first().textContent())?.replaceAll(',', ''));
    await wang.attach(room.room_id, 'a.log', 'text/plain', Buffer.alloc(2048, '10:00 stop\n'));
    await auditor.reload();
    await expect(logs.first()).toHaveText(String(before + 1));
    await expect(auditor.getByRole('row', { name: /^總計/ })).toContainText(/KB|MB/);
    await clean(auditor, 'storage');
  });
}

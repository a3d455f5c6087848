import { plant } from './support/people';
import { expect, openRoom, test, unique } from './support/test';

test('F-AU-07: a wrong password is told in one sentence, and the right one opens the list', async ({
  page,
}) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/login$/);
  await page.getByRole('button', { name: '登入' }).click();
  await expect(page.getByText('請輸入帳號')).toBeVisible();

  await page.getByLabel('帳號').fill('wang');
  await page.getByLabel('密碼', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: '登入' }).click();
  await expect(page.getByRole('alert')).toHaveText('帳號或密碼不正確');

  await page.getByLabel('密碼', { exact: true }).fill(plant().accounts.wang.password);
  await page.getByRole('button', { name: '登入' }).click();
  await expect(page.getByRole('heading', { name: '事件列表' })).toBeVisible();
  await expect(page.getByRole('button', { name: '已登入：王小明' })).toBeVisible();
});

test('F-UI-01, F-AU-04: a reload keeps somebody signed in, and nothing of the token is stored', async ({
  as,
}) => {
  const page = await as('wang');
  await page.goto('/rooms');
  await expect(page.getByRole('heading', { name: '事件列表' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: '事件列表' })).toBeVisible();
  const stored = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  );
  expect(stored).not.toMatch(/eyJ|refresh_token|Bearer/);
});

test('after signing in one is where one wanted to be', async ({ page, api }) => {
  const room = await (await api('wang')).declare({ title: unique('深層連結') });
  await page.goto(`/rooms/${room.room_id}?panel=members`);
  await page.getByLabel('帳號').fill('wang');
  await page.getByLabel('密碼', { exact: true }).fill(plant().accounts.wang.password);
  await page.getByRole('button', { name: '登入' }).click();
  await expect(page.getByRole('heading', { level: 1, name: room.title })).toBeVisible();
  await expect(page.getByRole('tab', { name: /成員/ })).toHaveAttribute('aria-selected', 'true');
});

test('logout ends the session, also for Back and for a reload', async ({ as }) => {
  const page = await as('wang');
  await page.goto('/rooms');
  await page.getByRole('button', { name: '已登入：王小明' }).click();
  await page.getByRole('button', { name: '登出' }).click();
  await expect(page.getByRole('heading', { name: '登入' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: '登入' })).toBeVisible();
  await page.goto('/rooms');
  await expect(page.getByRole('heading', { name: '登入' })).toBeVisible();
});

test('F-AU-04: a token that the server no longer takes is renewed without anybody noticing', async ({
  as,
  api,
}) => {
  const room = await (await api('wang')).declare({ title: unique('換發') });
  const page = await as('wang');
  let refused = 0;
  await page.route(`**/api/rooms/${room.room_id}`, async (route) => {
    refused += 1;
    if (refused > 1) return route.continue();
    const problem = {
      type: 'about:blank',
      title: '',
      status: 401,
      code: 'unauthenticated',
      detail: '',
      request_id: '',
      retryable: false,
    };
    return route.fulfill({
      status: 401,
      contentType: 'application/problem+json',
      body: JSON.stringify(problem),
    });
  });
  await openRoom(page, room.room_id);
  expect(refused).toBe(2);
});

test('F-UI-12: the language changes without a reload, and is remembered', async ({ page }) => {
  await page.goto('/login');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hant-TW');
  await page.getByLabel('帳號').fill('wang');
  await page.getByText('English').click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByLabel('User name')).toHaveValue('wang');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

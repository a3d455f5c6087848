import { bubble, expect, phone, test, unique } from './support/test';

test('F-RT-11: two Chinese characters find a message and open it in its place', async ({ as, api }) => {
  test.slow();
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('搜尋') });
  const mark = Math.random().toString(36).slice(2, 8);
  await owner.say(room.room_id, `主軸軸承滲油 ${mark}`);
  for (let n = 1; n <= 120; n++) await owner.say(room.room_id, `第 ${n} 則`);
  const page = await as('wang');
  await page.goto('/rooms');
  await expect(page.getByRole('heading', { name: '事件列表' })).toBeVisible();
  await page.getByRole('link', { name: '搜尋', exact: true }).click();
  const box = page.getByRole('searchbox', { name: '搜尋訊息、事件與檔案' }); // the list has one too
  await box.fill(`滲油 ${mark}`);
  const hit = page.getByRole('link', { name: new RegExp(mark) });
  await expect(hit.locator('mark').first()).toHaveText('滲油');
  await expect(page).toHaveURL(/\/search\?q=/);
  await hit.click();
  await expect(bubble(page, mark)).toBeInViewport();
  await expect(page.getByRole('button', { name: /跳到最新/ })).toBeVisible();
  await page.goBack(); // UX 21: Back finds the search as it was
  await expect(box).toHaveValue(`滲油 ${mark}`);
});

test('F-RT-11: who may not read a room finds nothing of it', async ({ as, api }) => {
  const mark = Math.random().toString(36).slice(2, 8);
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('機密') });
  await owner.say(room.room_id, `不給外人 ${mark}`);
  const page = await as('chen', phone);
  await page.goto(`/search?q=${mark}`);
  await expect(page.getByText('找不到符合的內容')).toBeVisible();
});

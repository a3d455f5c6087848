import type { Page } from '@playwright/test';
import { clean } from './support/axe';
import { composer, expect, openRoom, phone, test, unique } from './support/test';

const people = (page: Page) => page.getByRole('list', { name: '房間成員' });
const row = (page: Page, name: string) => people(page).getByRole('listitem').filter({ hasText: name });

async function choose(page: Page, name: string, entry: RegExp): Promise<void> {
  await page.getByRole('button', { name: `${name} 的動作` }).click();
  await page.getByRole('menuitem', { name: entry }).click();
}

test('F-MB-01, F-MB-03, F-UI-08: adding, changing a role and handing over are seen by the others at once', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('成員') });
  await owner.add(room.room_id, (await api('li')).userId, 'EDITOR');
  const page = await as('wang');
  await openRoom(page, room.room_id);
  await page.getByRole('tab', { name: '成員 2' }).click();
  const other = await as('li');
  await openRoom(other, room.room_id);
  await other.getByRole('tab', { name: '成員 2' }).click();
  await expect(composer(other)).toBeVisible();

  await page.getByRole('button', { name: '加入成員' }).click();
  await page.getByRole('combobox', { name: '人員' }).fill('陳工');
  await page.getByRole('option', { name: /陳工/ }).click();
  await page.getByRole('radio', { name: '檢視者' }).check();
  await page.getByRole('button', { name: '加入', exact: true }).click();
  await expect(row(other, '陳工')).toContainText('檢視者');
  await expect(other.getByRole('tab', { name: '成員 3' })).toBeVisible();

  await choose(page, '李工', /更改角色/);
  const dialog = page.getByRole('dialog');
  await clean(page, 'role');
  await dialog.getByRole('radio', { name: '檢視者' }).check();
  await dialog.getByRole('button', { name: '更改角色' }).click();
  await expect(row(other, '李工')).toContainText('檢視者');
  await expect(composer(other)).toHaveCount(0); // F-MB-05: what a role may not do is gone at once

  await choose(page, '李工', /把負責人交給這個人/);
  await dialog.getByRole('button', { name: '交出負責人' }).click();
  await expect(row(page, '王小明')).toContainText('處理人員');
  await expect(row(page, '李工')).toContainText('負責人');
  await expect(row(other, '李工')).toContainText('負責人');
  await expect(composer(other)).toBeVisible();
});

test('F-MB-04, UX 20: an owner reads why they cannot leave', async ({ as, api }) => {
  const room = await (await api('wang')).declare({ title: unique('唯一') });
  const page = await as('wang');
  await openRoom(page, room.room_id);
  await page.getByRole('tab', { name: '成員 1' }).click();
  await page.getByRole('button', { name: '王小明 的動作' }).click();
  const leave = page.getByRole('menuitem', { name: /離開房間/ });
  await expect(leave).toHaveAttribute('aria-disabled', 'true');
  await expect(leave).toContainText('負責人要先把這個角色交給別人');
});

test('F-MB-05: who is removed reads so, and finds the way back', async ({ as, api }) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('移出') });
  await owner.add(room.room_id, (await api('chen')).userId, 'VIEWER');
  const removed = await as('chen', phone);
  await openRoom(removed, room.room_id);
  const page = await as('wang');
  await openRoom(page, room.room_id);
  await page.getByRole('tab', { name: '成員 2' }).click();
  await choose(page, '陳工', /移出房間/);
  await page.getByRole('dialog').getByRole('button', { name: '移出' }).click();
  await expect(row(page, '陳工')).toHaveCount(0);

  await expect(removed.getByRole('alert')).toContainText('您已不在這個房間');
  await removed.getByRole('link', { name: '回到事件列表' }).click();
  await expect(removed.getByRole('heading', { name: '事件列表' })).toBeVisible();
  await expect(removed.getByRole('link', { name: new RegExp(room.title) })).toHaveCount(0);
});

test('F-MB-01: who leaves is back at the list', async ({ as, api }) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('離開') });
  await owner.add(room.room_id, (await api('li')).userId, 'EDITOR');
  const page = await as('li');
  await openRoom(page, room.room_id);
  await page.getByRole('tab', { name: '成員 2' }).click();
  await choose(page, '李工', /離開房間/);
  await page.getByRole('dialog').getByRole('button', { name: '離開' }).click();
  await expect(page).toHaveURL(/\/rooms$/);
  await expect(page.getByRole('link', { name: new RegExp(room.title) })).toHaveCount(0);
});

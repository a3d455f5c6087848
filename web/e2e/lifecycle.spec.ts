import type { Page } from '@playwright/test';
import { clean } from './support/axe';
import { expect, openRoom, phone, test, unique } from './support/test';

/** The header of the room with this title. */
const header = (page: Page, title: string) =>
  page.locator('main header').filter({ has: page.getByRole('heading', { level: 1, name: title }) });

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

async function choose(page: Page, entry: string | RegExp): Promise<void> {
  await press(page, '更多動作');
  await page.getByRole('menuitem', { name: entry, exact: true }).click();
}

test('F-RM-09, UX 18: an owner takes an incident through its whole life, and reopens it with a reason', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('一生'), severity: 'CRITICAL' });
  await owner.add(room.room_id, (await api('li')).userId, 'EDITOR');
  const page = await as('wang');
  await openRoom(page, room.room_id);
  const other = await as('li');
  await openRoom(other, room.room_id);
  const head = header(page, room.title);
  const seen = async (status: string) => {
    await expect(head).toContainText(status);
    await expect(header(other, room.title)).toContainText(status); // without a reload
  };
  const dialog = page.getByRole('dialog');

  await press(page, '接手');
  await seen('已接手');
  await press(page, '開始處理');
  await seen('處理中');
  await press(page, '標記已控制');
  await seen('已控制');

  await press(page, '標記已解決');
  await dialog.getByRole('button', { name: '標記已解決' }).click();
  await expect(dialog.getByText('請說明處置結果')).toBeVisible();
  await clean(page, 'resolution');
  await dialog.getByRole('textbox', { name: /處置結果/ }).fill('更換下密封圈');
  await dialog.getByRole('button', { name: '標記已解決' }).click();
  await seen('已解決');
  await expect(head).toContainText('歷時');

  await choose(page, '重新開啟');
  await dialog.getByRole('textbox', { name: /原因/ }).fill('又漏油了');
  await dialog.getByRole('button', { name: '重新開啟' }).click();
  await seen('處理中');
  await expect(head.getByRole('timer')).toBeVisible();

  await choose(page, '標記已解決');
  await dialog.getByRole('textbox', { name: /處置結果/ }).fill('更換主軸');
  await dialog.getByRole('button', { name: '標記已解決' }).click();
  await seen('已解決');
  await press(page, '結案');
  await dialog.getByText('不追查原因').click();
  await dialog.getByRole('textbox', { name: /不追查的理由/ }).fill('設備已汰換');
  await dialog.getByRole('button', { name: '結案' }).click();
  await seen('已結案');
  const panel = page.getByRole('complementary', { name: '事件資訊' });
  await expect(panel).toContainText('更換主軸');
  await expect(panel).toContainText('設備已汰換');

  await press(page, '封存');
  await dialog.getByRole('button', { name: '封存' }).click();
  await seen('已封存');
  await expect(panel.getByText('這個事件已封存')).toBeVisible();
  await expect(page.getByText('這個房間已封存，不能再更改。')).toBeVisible();
  await page.goto('/rooms');
  await page.getByRole('searchbox').fill(room.title);
  await expect(page.getByText('沒有符合條件的事件')).toBeVisible();
  await page.getByText('未封存', { exact: true }).click();
  await expect(page.getByRole('link', { name: new RegExp(room.title) })).toBeVisible();
});

test('UX 20: a viewer acknowledges, and is offered nothing else', async ({ as, api }) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('檢視') });
  await owner.add(room.room_id, (await api('chen')).userId, 'VIEWER');
  const page = await as('chen', phone);
  await openRoom(page, room.room_id);
  await expect(page.getByRole('button', { name: '更多動作' })).toHaveCount(0);
  const next = page.getByRole('button', { name: '接手', exact: true });
  expect((await next.boundingBox())?.height).toBeGreaterThanOrEqual(56); // UX 25: under a glove
  await next.click();
  await expect(header(page, room.title)).toContainText('已接手');
  await expect(next).toHaveCount(0);
});

test('F-RM-09: a duplicate leads to the incident that it repeats; cancelling asks why', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const first = await owner.declare({ title: unique('原來的') });
  const again = await owner.declare({ title: unique('又一次') });
  const page = await as('wang');
  await openRoom(page, again.room_id);
  await choose(page, '標為重複');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: /與哪一個事件重複/ }).fill(first.number);
  await page.getByRole('option', { name: new RegExp(first.number) }).click();
  await dialog.getByRole('button', { name: '標為重複' }).click();
  await expect(header(page, again.title)).toContainText('重複');
  await page
    .getByRole('link', { name: new RegExp(`${first.number} ${first.title}`) })
    .last()
    .click();
  await expect(page.getByRole('heading', { level: 1, name: first.title })).toBeVisible();

  await choose(page, '取消事件');
  await dialog.getByRole('button', { name: '取消事件' }).click();
  await expect(dialog.getByText('請說明原因')).toBeVisible();
  await dialog.getByRole('textbox', { name: /原因/ }).fill('誤報');
  await dialog.getByRole('button', { name: '取消事件' }).click();
  await expect(header(page, first.title)).toContainText('已取消');
});

test('F-RM-10, F-UI-09: two people edit at once; nothing that was typed is lost', async ({ as, api }) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('兩人'), place: { line: '三線' } });
  await owner.add(room.room_id, (await api('li')).userId, 'OWNER');
  const mine = await as('wang');
  await openRoom(mine, room.room_id);
  await mine.getByRole('button', { name: '編輯資料' }).click();
  const form = mine.getByRole('dialog');
  const title = unique('我的標題');
  await form.getByRole('textbox', { name: '標題' }).fill(title);
  await clean(mine, 'settings');

  const theirs = await as('li');
  await openRoom(theirs, room.room_id);
  await theirs.getByRole('button', { name: '編輯資料' }).click();
  const other = theirs.getByRole('dialog');
  const theirTitle = unique('別人的標題');
  await other.getByRole('textbox', { name: '標題' }).fill(theirTitle);
  await other.getByRole('textbox', { name: '批號或工單' }).fill('WO-260718');
  await other.getByRole('button', { name: '儲存' }).click();
  await expect(other).toBeHidden();

  // The news comes over the socket before this form is sent; the refusal of a late one reads the same.
  await expect(form.getByText(/有人剛剛更改了這個事件/)).toBeVisible();
  await expect(form.getByText(`現在是：${theirTitle}`)).toBeVisible();
  await expect(form.getByRole('textbox', { name: '標題' })).toHaveValue(title);
  await expect(form.getByRole('textbox', { name: '批號或工單' })).toHaveValue('WO-260718');
  await form.getByRole('button', { name: '儲存' }).click();
  await expect(form).toBeHidden();
  await expect(mine.getByRole('heading', { level: 1, name: title })).toBeVisible();
  await expect(theirs.getByRole('heading', { level: 1, name: title })).toBeVisible();
});

test('F-RM-03: an editor sets severity and assignee; the header shows both', async ({ as, api }) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('指派'), severity: 'LOW' });
  await owner.add(room.room_id, (await api('li')).userId, 'EDITOR');
  const page = await as('li');
  await openRoom(page, room.room_id);
  await page.getByRole('button', { name: '編輯資料' }).click();
  const form = page.getByRole('dialog');
  await expect(form.getByRole('textbox', { name: '標題' })).toBeDisabled();
  await form.getByRole('combobox', { name: '嚴重度' }).click();
  await page.getByRole('option', { name: '緊急' }).click();
  await form.getByRole('combobox', { name: '處理人' }).click();
  await page.getByRole('option', { name: '李工' }).click();
  await form.getByRole('button', { name: '儲存' }).click();
  await expect(form).toBeHidden();
  await expect(header(page, room.title)).toContainText('緊急');
  await expect(header(page, room.title)).toContainText('李工');
  await page.goto('/rooms?assigned=true');
  await expect(page.getByRole('link', { name: new RegExp(room.title) })).toBeVisible();
});

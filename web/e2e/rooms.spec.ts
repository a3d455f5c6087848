import { desk, expect, openRoom, phone, test, unique } from './support/test';

const list = { name: '事件列表' };

test('UX 21, F-RM-04: filters stand in the address; reload and Back keep them', async ({ as, api }) => {
  const client = await api('wang');
  const word = unique('濾').replace(' ', '');
  await client.declare({ title: `${word} 甲`, severity: 'CRITICAL', place: { line: '三線' } });
  await client.declare({ title: `${word} 乙`, severity: 'LOW', place: { line: '四線' } });
  const page = await as('wang');
  await page.goto('/rooms');

  await page.getByRole('searchbox', { name: '搜尋編號、標題、線別或設備' }).fill(word);
  await expect(page).toHaveURL(/[?&]q=/);
  await expect(page.getByRole('link', { name: new RegExp(word) })).toHaveCount(2);
  await page.getByRole('button', { name: '篩選' }).click();
  await page.getByRole('search').getByText('緊急', { exact: true }).click();
  await expect(page).toHaveURL(/severity=CRITICAL/);
  await expect(page.getByRole('link', { name: new RegExp(word) })).toHaveCount(1);

  await page.reload();
  await expect(page.getByRole('searchbox')).toHaveValue(word);
  await expect(page.getByRole('link', { name: `${word} 甲` })).toBeVisible();
  await expect(page.getByRole('link', { name: new RegExp(word) })).toHaveCount(1);

  await page.getByRole('link', { name: `${word} 甲` }).click();
  await expect(page.getByRole('heading', { level: 1, name: `${word} 甲` })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(/severity=CRITICAL/);
  await page.goBack();
  await expect(page).not.toHaveURL(/severity/);
  await expect(page.getByRole('link', { name: new RegExp(word) })).toHaveCount(2);
});

test('UX 22: a search without a match says so and offers the way back', async ({ as, api }) => {
  await (await api('wang')).declare({ title: unique('有東西') });
  const page = await as('wang');
  await page.goto(`/rooms?q=${encodeURIComponent('絕對沒有這個字')}`);
  await expect(page.getByText('沒有符合條件的事件')).toBeVisible();
  await page.getByRole('button', { name: '清除篩選' }).last().click();
  await expect(page.getByRole('searchbox')).toHaveValue('');
  await expect(page.getByRole('link', { name: /有東西/ }).first()).toBeVisible();
});

test('UX 22: somebody without incidents is told what to do', async ({ as }) => {
  const page = await as('boss');
  await page.route('**/api/rooms?*', (route) =>
    route.fulfill({ json: { rooms: [], total: 0, limit: 25, offset: 0 } }),
  );
  await page.goto('/rooms');
  await expect(page.getByText('目前沒有事件')).toBeVisible();
});

test('F-UI-02, F-RM-06: the list is searched, paged and filtered', async ({ as, api }) => {
  const client = await api('wang');
  const word = unique('頁').replace(' ', '');
  for (let n = 1; n <= 27; n += 1) {
    await client.declare({ title: `${word} ${n}`, severity: n === 3 ? 'CRITICAL' : 'LOW' });
  }
  await client.declare({ title: unique('別的') });
  const page = await as('wang');
  await page.goto('/rooms');
  await page.getByRole('searchbox', { name: '搜尋編號、標題、線別或設備' }).fill(word);
  const rows = page.getByRole('link', { name: new RegExp(word) });
  await expect(rows).toHaveCount(25);
  await expect(page.getByText('共 27 件')).toBeVisible();
  await page.getByRole('button', { name: '下一頁' }).click();
  await expect(page).toHaveURL(/page=2/);
  await expect(rows).toHaveCount(2);
  await page.reload();
  await expect(rows).toHaveCount(2);
  await page.goBack();
  await expect(rows).toHaveCount(25);
  await page.getByRole('button', { name: '下一頁' }).click();
  await page.getByRole('button', { name: '篩選' }).click();
  await page.getByRole('search').getByText('緊急', { exact: true }).click();
  await expect(rows).toHaveCount(1); // also from the second page
  await expect(rows).toContainText(`${word} 3`);
});

test('F-RM-11: a new incident comes into the list without a reload', async ({ as, api }) => {
  const page = await as('li');
  await page.goto('/rooms');
  await expect(page.getByRole('heading', list)).toBeVisible();
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('新事件') });
  await owner.add(room.room_id, (await api('li')).userId, 'VIEWER');
  await expect(page.getByRole('link', { name: new RegExp(room.title) })).toBeVisible();
});

test('F-UI-10, UX 21: breadcrumbs lead from site to number, and a part of the place finds its incidents', async ({
  as,
  api,
}) => {
  const line = unique('線');
  const room = await (await api('wang')).declare({
    title: unique('麵包屑'),
    place: { site: '一廠', line, station: '站 07' },
  });
  const page = await as('wang', desk);
  await openRoom(page, room.room_id);
  const trail = page.getByRole('navigation', { name: '所在位置' });
  await expect(trail).toContainText(`一廠›${line}›站 07›${room.number}`);
  await trail.getByRole('link', { name: line }).click();
  await expect(page).toHaveURL(/[?&]line=/);
  await expect(page.getByRole('link', { name: new RegExp(room.title) })).toBeVisible();
  await expect(page.getByText('共 1 件')).toBeVisible();
});

test('UX 21, F-RM-04: type, line, role, mine and day filter the list, from the address too', async ({
  as,
  api,
}) => {
  const line = unique('線');
  const li = await api('li');
  const wang = await api('wang');
  const quality = await wang.declare({ title: unique('刮傷'), incident_type: 'quality', place: { line } });
  const machine = await wang.declare({ title: unique('停機'), place: { line } });
  await wang.add(quality.room_id, li.userId, 'VIEWER');
  await wang.add(machine.room_id, li.userId, 'EDITOR');
  const page = await as('li');
  const rows = page.getByRole('link', { name: /INC-/ });
  await page.goto(`/rooms?line=${encodeURIComponent(line)}&mine=true`);
  await expect(rows).toHaveCount(2);
  await page.getByRole('button', { name: /篩選/ }).click();
  await expect(page.getByRole('textbox', { name: '產線' })).toHaveValue(line);
  await page.getByRole('search').getByText('品質', { exact: true }).click();
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText(quality.title);
  await page.getByRole('search').getByText('處理人員', { exact: true }).click();
  await expect(page.getByText('沒有符合條件的事件')).toBeVisible();
  await page.goBack();
  await expect(rows).toContainText(quality.title);
  await page.getByLabel('通報日期從').fill('2001-01-01');
  await page.getByLabel('到', { exact: true }).fill('2001-01-02');
  await expect(page.getByText('沒有符合條件的事件')).toBeVisible();
  await expect(page).toHaveURL(/since=2001-01-01/);
});

test('F-RM-11: unread messages are counted in the list as they come', async ({ as, api }) => {
  const wang = await api('wang');
  const li = await api('li');
  const room = await wang.declare({ title: unique('未讀') });
  await wang.add(room.room_id, li.userId, 'EDITOR');
  const page = await as('li');
  await page.goto('/rooms');
  const row = page.getByRole('link', { name: new RegExp(room.title) });
  await expect(row).toBeVisible();
  await wang.say(room.room_id, '請看一下');
  await expect(row).toContainText('1 則未讀');
  await expect(row).toContainText('請看一下');
});

test('a declaration says at each field what is missing', async ({ as }) => {
  const page = await as('wang');
  await page.goto('/rooms/new');
  await page.getByRole('button', { name: '通報', exact: true }).click();
  await expect(page.getByText('請選擇異常類型')).toBeVisible();
  await expect(page.getByText('請用一句話說明發生什麼事')).toBeVisible();
  await page.getByRole('radio', { name: '其他' }).check();
  await page.getByRole('textbox', { name: '產線' }).fill('線'.repeat(81));
  await expect(page.getByText('最多 80 個字，目前 81 個字')).toBeVisible();
  await expect(page).toHaveURL(/\/rooms\/new$/);
});

test('UX 20: what a role may not do is not offered', async ({ as, api }) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('角色') });
  await owner.add(room.room_id, (await api('li')).userId, 'EDITOR');
  await owner.add(room.room_id, (await api('chen')).userId, 'VIEWER');

  const viewer = await as('chen');
  await openRoom(viewer, room.room_id);
  await expect(viewer.getByText('您是檢視者，只能閱讀這個房間。')).toBeVisible();
  await expect(viewer.getByRole('textbox', { name: '輸入訊息' })).toHaveCount(0);
  await viewer.getByRole('tab', { name: '成員 3' }).click();
  await expect(viewer.getByRole('list', { name: '房間成員' })).toContainText('李工');
  await expect(viewer.getByRole('button', { name: '加入成員' })).toHaveCount(0);

  const editor = await as('li');
  await openRoom(editor, room.room_id);
  await editor.getByRole('tab', { name: '成員 3' }).click();
  await editor.getByRole('button', { name: '加入成員' }).click();
  await expect(editor.getByText(/處理人員只能加入檢視者/)).toBeVisible();
  await expect(editor.getByRole('radio', { name: '負責人' })).toHaveCount(0);

  const office = await as('boss');
  await openRoom(office, room.room_id);
  await expect(office.getByText('您以「系統管理員」身分查看')).toBeVisible();
  await owner.say(room.room_id, '長官也看得到');
  await expect(office.getByRole('article').filter({ hasText: '長官也看得到' })).toBeVisible();
});

test('F-UI-13, UX 21: on a phone the list gives way to the room and Back finds it where it was', async ({
  as,
  api,
}) => {
  const client = await api('wang');
  const word = unique('捲').replace(' ', '');
  for (let n = 1; n <= 20; n += 1) await client.declare({ title: `${word} ${n}`, severity: 'MEDIUM' });
  const page = await as('wang', phone);
  await page.goto(`/rooms?q=${encodeURIComponent(word)}`);
  const target = page.getByRole('link', { name: new RegExp(`${word} 2(?!\\d)`) });
  await target.scrollIntoViewIfNeeded();
  await target.click();
  await expect(page.getByRole('heading', { level: 1, name: `${word} 2` })).toBeVisible();
  await expect(page.getByRole('heading', list)).toBeHidden();
  await page.getByRole('link', { name: '返回' }).click();
  await expect(page.getByRole('heading', list)).toBeVisible();
  await expect(target).toBeInViewport();
});

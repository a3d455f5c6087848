import type { Page } from '@playwright/test';
import type { components } from '../src/api/schema';
import type { Client } from './support/client';
import { bubble, composer, expect, openRoom, say, test } from './support/test';
import { press, roomOf, stage, staged } from './support/uploads';

type Schemas = components['schemas'];

/** What was said and stored in a room, in its order. */
async function said(who: Client, roomId: string): Promise<string[]> {
  const answer = await who.http.get(`/api/rooms/${roomId}/events`, { params: { after_seq: 0 } });
  const { events } = (await answer.json()) as { events: Schemas['RoomEvent'][] };
  return events.flatMap((event) =>
    event.type === 'message' ? [event.message.metadata?.filename ?? event.message.text] : [],
  );
}

/** Another tab of the same browser, in the same room. */
async function secondTab(page: Page, roomId: string): Promise<Page> {
  const other = await page.context().newPage();
  await openRoom(other, roomId);
  return other;
}

test('UX 8, F-UI-14: one person writes offline in two tabs of a room; all arrives once, in the order of writing', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const { room_id: roomId } = await roomOf(owner, '兩個分頁');
  const left = await as('wang');
  await openRoom(left, roomId);
  const right = await secondTab(left, roomId);
  await left.context().setOffline(true);
  const texts = ['左 1', '右 1', '左 2', '右 2', '左 3'];
  for (const text of texts) {
    const tab = text.startsWith('左') ? left : right;
    await say(tab, text);
    await expect(bubble(tab, text)).toContainText('等待連線');
  }

  await left.context().setOffline(false);
  await expect.poll(() => said(owner, roomId)).toEqual(texts);
  for (const tab of [left, right]) {
    await expect(tab.getByRole('article')).toHaveCount(texts.length);
    await expect(tab.getByText(/等待連線|傳送中|尚未確認/)).toHaveCount(0);
  }
  await say(right, '之後');
  await expect.poll(() => said(owner, roomId)).toEqual([...texts, '之後']); // nothing was sent again
});

test('UX 8: a tab that is closed offline leaves its messages to the other', async ({ as, api }) => {
  const owner = await api('wang');
  const { room_id: roomId } = await roomOf(owner, '關掉一個');
  const left = await as('wang');
  await openRoom(left, roomId);
  const right = await secondTab(left, roomId);
  await left.context().setOffline(true);
  await say(left, '左 1');
  await say(right, '右 1');
  await expect(bubble(right, '右 1')).toContainText('等待連線');
  await right.close();
  await left.context().setOffline(false);
  await expect.poll(() => said(owner, roomId)).toEqual(['左 1', '右 1']);
  await expect(left.getByRole('article')).toHaveCount(2);
});

test('UX 8, F-UI-10: a room has one draft in both tabs, and sending it empties both', async ({ as, api }) => {
  const owner = await api('wang');
  const { room_id: roomId } = await roomOf(owner, '同一份草稿');
  await owner.say(roomId, '主軸有油');
  const left = await as('wang');
  await openRoom(left, roomId);
  const right = await secondTab(left, roomId);

  await composer(left).pressSequentially('先關');
  await expect(composer(right)).toHaveValue('先關');
  await composer(right).press('End');
  await composer(right).pressSequentially('總閥');
  await expect(composer(left)).toHaveValue('先關總閥');
  await bubble(left, '主軸有油').hover();
  await press(bubble(left, '主軸有油'), '回覆 王小明');
  await expect(right.getByText('正在回覆 王小明')).toBeVisible();

  await right.reload();
  await expect(composer(right)).toHaveValue('先關總閥');
  await composer(left).press('Enter');
  await expect(composer(right)).toHaveValue('');
  await expect(right.getByText('正在回覆 王小明')).toHaveCount(0);
  await expect.poll(() => said(owner, roomId)).toEqual(['主軸有油', '先關總閥']);
  await right.reload();
  await expect(bubble(right, '先關總閥')).toBeVisible();
  await expect(composer(right)).toHaveValue('');
});

test('UX 8: files that are chosen in two tabs lie ready in both, and go once, from either', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const { room_id: roomId } = await roomOf(owner, '同一盤檔案');
  const left = await as('wang');
  await openRoom(left, roomId);
  const right = await secondTab(left, roomId);
  const log = (name: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(`E-42 ${name}`) });

  await stage(left, [log('左.log')]);
  await stage(right, [log('右.log'), log('不要.log')]);
  for (const tab of [left, right]) await expect(staged(tab).getByRole('listitem')).toHaveCount(3);
  await left.getByRole('textbox', { name: '右.log 的說明' }).fill('停機前的警報');
  await expect(right.getByRole('textbox', { name: '右.log 的說明' })).toHaveValue('停機前的警報');
  await press(left, '不要附上 不要.log');
  await expect(staged(right)).not.toContainText('不要.log');

  await right.close();
  await left.reload();
  await expect(staged(left).getByRole('listitem')).toHaveText([/左\.log/, /右\.log/]);
  const again = await secondTab(left, roomId);
  await expect(staged(again).getByRole('listitem')).toHaveCount(2);
  await press(left, '送出');
  await expect(staged(again)).toHaveCount(0);
  await expect(bubble(again, '停機前的警報')).toBeVisible();
  await expect.poll(async () => (await said(owner, roomId)).toSorted()).toEqual(['右.log', '左.log']);
  await again.reload();
  await expect(bubble(again, '停機前的警報')).toBeVisible();
  await expect(staged(again)).toHaveCount(0);
});

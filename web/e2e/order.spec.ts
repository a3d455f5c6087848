import { bubble, expect, openRoom, test } from './support/test';
import { manual, mib, press, roomOf, stage, storedNames } from './support/uploads';

test('F-UI-04: the bytes of one send go side by side, its files end in the order of choosing, also when the first is slow', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await roomOf(owner, '照順序');
  const page = await as('wang');
  await openRoom(page, room.room_id);
  const seen: string[] = []; // name and offset of what was sent
  const nameOf = new Map<string, string>();
  page.on('response', (response) => {
    const metadata = response.request().headers()['upload-metadata'] ?? '';
    const name = /filename (\S+?)(,|$)/.exec(metadata)?.[1];
    const { location } = response.headers();
    if (name !== undefined && location !== undefined) {
      nameOf.set(location.split('/').at(-1) ?? '', Buffer.from(name, 'base64').toString());
    }
  });
  let letGo: () => void = () => undefined;
  const slow = new Promise<void>((done) => {
    letGo = done;
  });
  await page.route(/\/uploads\/[^/]+$/, async (route) => {
    const request = route.request();
    const name = nameOf.get(request.url().split('/').at(-1) ?? '');
    seen.push(`${request.method()} ${name} ${request.headers()['upload-offset'] ?? ''}`.trim());
    if (name === '一.log' && request.method() === 'PATCH') await slow;
    await route.continue();
  });
  await stage(page, [
    { name: '一.log', mimeType: 'text/plain', buffer: Buffer.from('13:52 pressure low\n') },
    { name: '二.pdf', mimeType: 'application/pdf', buffer: manual() },
    { name: '三.log', mimeType: 'text/plain', buffer: Buffer.from('13:53 pressure lost\n') },
    { name: '四.log', mimeType: 'text/plain', buffer: Buffer.from('13:54 pump stopped\n') },
  ]);
  await press(page, '送出');
  await expect.poll(() => seen).toContain(`PATCH 二.pdf ${3 * mib}`);
  await expect.poll(() => seen).toContain('HEAD 三.log');
  expect(seen.filter((one) => /^PATCH [三四]/.test(one))).toEqual([]);
  letGo();
  await expect(bubble(page, '四.log')).toBeVisible();
  await expect(page.locator('section[data-state]')).toHaveCount(0);
  expect(await storedNames(owner, room.room_id)).toEqual(['一.log', '二.pdf', '三.log', '四.log']);
});

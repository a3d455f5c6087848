import AxeBuilder from '@axe-core/playwright';
import type { CDPSession, Locator, Page } from '@playwright/test';
import { jpeg } from './support/jpeg';
import { pdf } from './support/pdf';
import { bubble, expect, openRoom, phone, test, unique } from './support/test';

const small = (seed: number, width = 320, height = 240) =>
  jpeg({ width, height, quality: 70, noise: 0.1, seed });

/** Big5 bytes of 主軸過熱, as a Taiwanese machine writes it. */
const overheated = Buffer.from('a544b662b94cbcf6', 'hex');

const gallery = (page: Page) => page.getByRole('list', { name: '證據檔案' });
const thumbnail = (page: Page, name: string) =>
  gallery(page).getByRole('button', { name: `放大檢視 ${name}` });
const position = (page: Page) => page.getByTestId('position');
const current = (page: Page) => page.locator('.yarl__slide_current img');
const viewer = (page: Page) => page.getByRole('dialog');

async function openGallery(page: Page, roomId: string): Promise<void> {
  await openRoom(page, roomId);
  if (page.viewportSize()?.width === phone.viewport.width) {
    await page.getByRole('button', { name: '事件詳情' }).click();
  }
  await page.getByRole('tab', { name: /證據/ }).click();
  await expect(gallery(page)).toBeVisible();
}

/** How much larger than its frame the current picture is drawn. */
function zoomed(page: Page): Promise<number> {
  return current(page).evaluate((image) => {
    const wrapper = image.closest('.yarl__slide_wrapper') ?? image;
    return new DOMMatrix(getComputedStyle(wrapper).transform).a;
  });
}

async function clean(page: Page, what: string): Promise<void> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  expect(found, what).toEqual([]);
}

test('F-UI-05, UX 21: the gallery is narrowed by kind, uploader and name, and the address keeps it', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const li = await api('li');
  const room = await owner.declare({ title: unique('證據') });
  await owner.add(room.room_id, li.userId, 'EDITOR');
  await owner.attach(room.room_id, '主軸.jpg', 'image/jpeg', small(1));
  await owner.attach(room.room_id, 'pump.jpg', 'image/jpeg', small(2), '幫浦下方');
  await li.attach(room.room_id, 'manual.pdf', 'application/pdf', pdf([{ latin: 'Manual' }]));
  await li.attach(room.room_id, 'alarm.log', 'text/plain', Buffer.from('13:52 pressure low\n'));
  const wang = await as('wang');
  await openGallery(wang, room.room_id);
  const files = gallery(wang).getByRole('listitem');
  await expect(files).toHaveCount(4);
  await expect(wang.getByText('共 4 個檔案')).toBeVisible();
  await expect(wang.getByText('沒有更多檔案了')).toBeVisible();

  await wang.getByText('照片', { exact: true }).click();
  await expect(files).toHaveCount(2);
  await expect(wang).toHaveURL(/filetype=image/);
  await wang.getByRole('textbox', { name: '找檔名或說明' }).fill('幫浦');
  await expect(files).toHaveCount(1);
  await expect(files).toContainText('pump.jpg');
  await wang.reload();
  await expect(files).toHaveCount(1);
  await expect(wang.getByRole('textbox', { name: '找檔名或說明' })).toHaveValue('幫浦');

  await wang.getByRole('textbox', { name: '找檔名或說明' }).fill('沒有這個');
  await expect(wang.getByText('沒有符合的檔案')).toBeVisible();
  await wang.getByRole('button', { name: '清除篩選' }).click();
  await expect(files).toHaveCount(4);
  await wang.getByRole('combobox', { name: '上傳者' }).selectOption({ label: '李工' });
  await expect(files).toHaveCount(2);
  await expect(wang).toHaveURL(new RegExp(`by=${li.userId}`));
  await clean(wang, 'gallery');
});

test('F-UI-06, UX 14: keys walk, zoom and close; the focus returns to the thumbnail', async ({ as, api }) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('檢視') });
  await owner.attach(room.room_id, 'a.jpg', 'image/jpeg', small(1));
  await owner.attach(room.room_id, 'b.jpg', 'image/jpeg', small(2, 1600, 1200), '油從這裡滴');
  await owner.attach(room.room_id, 'c.jpg', 'image/jpeg', small(3));
  const wang = await as('wang');
  await openGallery(wang, room.room_id);
  await thumbnail(wang, 'c.jpg').click();
  await expect(position(wang)).toHaveText('1 / 3');
  await wang.keyboard.press('ArrowRight');
  await expect(position(wang)).toHaveText('2 / 3');
  await expect(current(wang)).toHaveAttribute('alt', 'b.jpg');
  await expect(viewer(wang).getByText('油從這裡滴')).toBeVisible();
  await expect(
    viewer(wang)
      .getByText(/王小明 · .+ KB/)
      .first(),
  ).toBeVisible();
  await expect.poll(() => current(wang).evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1600);

  for (const [key, compare] of [
    ['+', 'toBeGreaterThan'],
    ['0', 'toBe'],
    ['=', 'toBeGreaterThan'],
    ['-', 'toBe'],
  ] as const) {
    await wang.keyboard.press(key);
    await expect.poll(() => zoomed(wang), key)[compare](1);
  }
  await current(wang).hover();
  await wang.mouse.wheel(0, -400);
  await expect.poll(() => zoomed(wang), 'the wheel').toBeGreaterThan(1);
  await wang.keyboard.press('0');
  await expect.poll(() => zoomed(wang)).toBe(1);
  await clean(wang, 'viewer');

  const saved = wang.waitForEvent('download');
  await wang.getByRole('button', { name: '下載', exact: true }).click();
  expect((await saved).suggestedFilename()).toBe('b.jpg');

  await wang.keyboard.press('Escape');
  await expect(current(wang)).toHaveCount(0);
  await expect(thumbnail(wang, 'c.jpg')).toBeFocused();
});

test('F-UI-06: at the end of what is loaded the viewer goes on to the next page of files', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('很多張') });
  const picture = small(1, 64, 48);
  for (let n = 1; n <= 62; n += 1) await owner.attach(room.room_id, `p${n}.jpg`, 'image/jpeg', picture);
  const wang = await as('wang');
  await openGallery(wang, room.room_id);
  await wang.getByText('照片', { exact: true }).click();
  await expect(gallery(wang).getByRole('listitem')).toHaveCount(60);
  await thumbnail(wang, 'p4.jpg').click();
  await expect(position(wang)).toHaveText('59 / 62');
  for (const at of ['60', '61', '62']) {
    await wang.keyboard.press('ArrowRight');
    await expect(position(wang)).toHaveText(`${at} / 62`);
  }
  await expect(current(wang)).toHaveAttribute('alt', 'p1.jpg');
});

/** Fingers that move from one place to another, as a touch screen tells it. */
async function touch(session: CDPSession, paths: [from: Point, to: Point][]): Promise<void> {
  const steps = 8;
  const at = (share: number) =>
    paths.map(([from, to], id) => ({
      x: from.x + (to.x - from.x) * share,
      y: from.y + (to.y - from.y) * share,
      id,
    }));
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
  for (let step = 1; step <= steps; step += 1) {
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(step / steps) });
  }
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

interface Point {
  x: number;
  y: number;
}

test('F-UI-13, UX 25: on a phone a swipe turns to the next picture and two fingers zoom', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('手機') });
  for (const n of [1, 2, 3]) {
    await owner.attach(room.room_id, `${n}.jpg`, 'image/jpeg', small(n, 1600, 1200));
  }
  const wang = await as('wang', phone);
  await openGallery(wang, room.room_id);
  await thumbnail(wang, '3.jpg').tap();
  await expect(position(wang)).toHaveText('1 / 3');
  await expect.poll(() => current(wang).evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1600);
  const session = await wang.context().newCDPSession(wang);
  await touch(session, [
    [
      { x: 320, y: 420 },
      { x: 60, y: 420 },
    ],
  ]);
  await expect(position(wang)).toHaveText('2 / 3');
  await expect(current(wang)).toHaveAttribute('alt', '2.jpg');
  await expect.poll(() => current(wang).evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1600);

  await touch(session, [
    [
      { x: 180, y: 420 },
      { x: 80, y: 420 },
    ],
    [
      { x: 210, y: 420 },
      { x: 310, y: 420 },
    ],
  ]);
  await expect.poll(() => zoomed(wang)).toBeGreaterThan(1.5);
  for (const name of ['關閉', '下載']) {
    const box = await wang.getByRole('button', { name, exact: true }).last().boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0), name).toBeGreaterThanOrEqual(40);
  }
});

test('F-UI-06: two pictures are compared, before and after, with the mouse and with keys', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('比對') });
  await owner.attach(room.room_id, 'before.jpg', 'image/jpeg', small(1));
  await owner.attach(room.room_id, 'after.jpg', 'image/jpeg', small(2));
  const wang = await as('wang');
  await openGallery(wang, room.room_id);
  await wang.getByRole('button', { name: '比對', exact: true }).click();
  await gallery(wang).getByRole('button', { name: '選取 after.jpg' }).click();
  await expect(wang.getByRole('button', { name: '比對這兩張' })).toBeDisabled();
  await gallery(wang).getByRole('button', { name: '選取 before.jpg' }).click();
  await expect(gallery(wang).getByRole('button', { pressed: true })).toHaveCount(2);
  await wang.getByRole('button', { name: '比對這兩張' }).click();

  const edge = viewer(wang).getByRole('slider', { name: '分界位置' });
  await expect(edge).toBeFocused();
  await expect(edge).toHaveAttribute('aria-valuetext', 'before.jpg 占 50%'); // the older one is on the left
  await wang.keyboard.press('ArrowRight');
  await expect(edge).toHaveValue('51');
  const stage = await viewer(wang).getByRole('img', { name: 'after.jpg' }).boundingBox();
  if (stage === null) throw new Error('no picture');
  await wang.mouse.move(stage.x + stage.width / 2, stage.y + 50);
  await wang.mouse.down();
  await wang.mouse.move(stage.x + stage.width / 4, stage.y + 50);
  await wang.mouse.up();
  await expect(edge).toHaveValue('25');
  await viewer(wang).getByRole('button', { name: '左右對調' }).click();
  await expect(edge).toHaveAttribute('aria-valuetext', 'after.jpg 占 25%');
  await clean(wang, 'comparison');
  await wang.keyboard.press('Escape');
  await expect(wang.getByRole('button', { name: '比對這兩張' })).toBeFocused();
});

/** Dark pixels among all, in the part of a page where text or a shape must be. */
function inked(page: Locator): Promise<number> {
  return page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height / 3) ?? {};
    let dark = 0;
    for (let at = 0; data !== undefined && at < data.length; at += 4) if ((data[at] ?? 255) < 128) dark += 1;
    return dark;
  });
}

test('F-DL-05, F-UI-06: a PDF is drawn page by page without leaving the page', async ({ as, api }) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('手冊') });
  const pages = Array.from({ length: 30 }, (_, n) => ({
    latin: `Press P-07 page ${n + 1}`,
    chinese: '主軸拆卸步驟',
  }));
  const stored = await owner.attach(room.room_id, '手冊.pdf', 'application/pdf', pdf(pages));
  const wang = await as('wang');
  const asked: string[] = [];
  wang.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await openRoom(wang, room.room_id);
  await bubble(wang, '手冊.pdf').getByRole('button', { name: '開啟 手冊.pdf' }).click();

  const first = viewer(wang).getByRole('region', { name: '第 1 頁', exact: true });
  await expect(first.getByText('Press P-07 page 1')).toBeAttached();
  await expect(first.getByText('主軸拆卸步驟')).toBeAttached(); // read through a character map of our own
  expect(await inked(first)).toBeGreaterThan(500);
  expect(asked.filter((path) => path.includes('/cmaps/')).length).toBeGreaterThan(0);
  expect(await viewer(wang).locator('canvas').count()).toBeLessThan(8); // only what is near the screen

  await viewer(wang).getByRole('textbox', { name: '頁碼，共 30 頁' }).fill('25');
  await wang.keyboard.press('Enter');
  const late = viewer(wang).getByRole('region', { name: '第 25 頁', exact: true });
  await expect(late).toBeInViewport();
  await expect(late.getByText('Press P-07 page 25')).toBeAttached();
  await expect(first.locator('canvas')).toHaveCount(0);

  const width = async () => (await late.boundingBox())?.width ?? 0;
  const before = await width();
  await wang.keyboard.press('Escape'); // leaves nothing behind but the viewer itself
  await expect(viewer(wang)).toHaveCount(0);
  await bubble(wang, '手冊.pdf').getByRole('button', { name: '開啟 手冊.pdf' }).click();
  await expect(first.getByText('Press P-07 page 1')).toBeAttached();
  await viewer(wang).getByRole('button', { name: '放大' }).click();
  await expect.poll(async () => ((await first.boundingBox())?.width ?? 0) / before).toBeCloseTo(1.25, 1);
  await clean(wang, 'pdf');

  // Opened by itself it is a download: nothing in it runs as a page of ours.
  const link = await owner.http.get(stored.download_url);
  expect(link.headers()['content-security-policy']).toBe("sandbox; default-src 'none'");
  expect(link.headers()['content-disposition']).toMatch(/^attachment;/);
});

test('F-UI-06: a PDF that cannot be shown says why and can be downloaded', async ({ as, api }) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('壞檔') });
  await owner.attach(
    room.room_id,
    'broken.pdf',
    'application/pdf',
    Buffer.from('%PDF-1.4\nnothing\n%%EOF\n'),
  );
  const wang = await as('wang');
  await openRoom(wang, room.room_id);
  await bubble(wang, 'broken.pdf').getByRole('button', { name: '開啟 broken.pdf' }).click();
  await expect(viewer(wang).getByRole('alert')).toContainText('這份 PDF 無法顯示');
  await expect(viewer(wang).getByRole('alert').getByRole('link', { name: '下載 broken.pdf' })).toBeVisible();
});

test('F-UP-11, F-UI-06: a Big5 log is shown right, its encoding can be switched, a line quoted', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('紀錄') });
  const lines = Array.from({ length: 1500 }, (_, n) =>
    Buffer.concat([Buffer.from(`08:15 M-300 no ${n + 1} `), overheated, Buffer.from('\r\n')]),
  );
  await owner.attach(room.room_id, 'm300.log', 'text/plain', Buffer.concat(lines));
  const wang = await as('wang');
  await openRoom(wang, room.room_id);
  await bubble(wang, 'm300.log').getByRole('button', { name: '開啟 m300.log' }).click();
  const log = viewer(wang).getByRole('listbox', { name: '紀錄內容' });
  const line = (text: string) => log.getByRole('option', { name: text });
  await expect(line('M-300 no 1 主軸過熱')).toBeVisible();
  const encoding = viewer(wang).getByRole('combobox', { name: '文字編碼' });
  await expect(encoding).toHaveValue('big5');
  await expect(encoding.locator('option:checked')).toContainText('自動判斷');
  expect(await log.getByRole('option').count()).toBeLessThan(200); // only what is near the screen
  await clean(wang, 'log');

  await encoding.selectOption('iso-8859-1');
  await expect(line('M-300 no 1 ¥D¶b')).toBeVisible();
  await encoding.selectOption('big5');
  await expect(line('M-300 no 1 主軸過熱')).toBeVisible();

  await viewer(wang).getByRole('button', { name: '到結尾' }).click();
  await expect(line('M-300 no 1500 主軸過熱')).toBeInViewport();
  await viewer(wang).getByRole('button', { name: '到開頭' }).click();
  await expect(line('M-300 no 1 主軸過熱')).toBeInViewport();

  await viewer(wang).getByRole('textbox', { name: '在已載入的內容中找' }).fill('no 321 ');
  await expect(viewer(wang).getByText('0 / 1', { exact: true })).toBeVisible();
  await wang.keyboard.press('Enter');
  await expect(line('M-300 no 321 主軸過熱')).toBeInViewport();
  await expect(log.getByRole('option', { selected: true })).toContainText('no 321');
  await viewer(wang).getByRole('button', { name: '引用到訊息' }).click();
  await expect(wang.getByRole('textbox', { name: '輸入訊息' })).toHaveValue(
    'm300.log：08:15 M-300 no 321 主軸過熱',
  );
});

test('F-DL-03: an administrator who is no owner removes a file with a reason', async ({ as, api }) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('管理員') });
  await owner.attach(room.room_id, 'wrong.jpg', 'image/jpeg', small(1));
  const boss = await as('boss');
  await openGallery(boss, room.room_id);
  await boss.getByRole('button', { name: '移除 wrong.jpg' }).click();
  const dialog = boss.getByRole('dialog');
  await dialog.getByRole('button', { name: '移除', exact: true }).click();
  await expect(dialog.getByText('請填寫原因')).toBeVisible();
  await dialog.getByRole('textbox', { name: /原因/ }).fill('拍到客戶資料');
  await dialog.getByRole('button', { name: '移除', exact: true }).click();
  await expect(boss.getByText('還沒有檔案')).toBeVisible();
});

test('F-UP-30: a preview that is not there yet keeps its place and appears when it is', async ({
  as,
  api,
}) => {
  const owner = await api('wang');
  const room = await owner.declare({ title: unique('預覽') });
  await owner.attach(room.room_id, 'late.jpg', 'image/jpeg', small(1, 400, 300));
  const wang = await as('wang');
  let ready = false;
  await wang.route('**/thumbnail?*', (route) => (ready ? route.continue() : route.fulfill({ status: 404 })));
  await openRoom(wang, room.room_id);
  const picture = wang.getByRole('log').getByRole('button', { name: '放大檢視 late.jpg' });
  await expect(picture).toContainText('預覽製作中');
  const before = await picture.boundingBox();
  ready = true;
  await expect(picture.getByRole('img')).toBeVisible();
  expect(await picture.boundingBox()).toEqual(before);
});

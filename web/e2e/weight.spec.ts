import { bubble, desk, expect, phone, say, test, unique } from './support/test';

/** The build counts the same; see scripts/budget.ts. */
const limit = 230 * 1024;

for (const [name, screen] of Object.entries({ phone, desk })) {
  test(`what a browser loads to open a room is within the budget (${name})`, async ({ as, api }) => {
    const { room_id: roomId } = await (await api('wang')).declare({ title: unique('重量') });
    const before = await as('wang', screen);
    await before.goto(`/rooms/${roomId}`);
    await say(before, '第一則');
    await expect(bubble(before, '第一則')).toBeVisible();

    const page = await as('wang', screen);
    const scripts: Promise<{ path: string; bytes: number }>[] = [];
    page.on('requestfinished', (request) => {
      const { pathname } = new URL(request.url());
      if (!pathname.endsWith('.js')) return;
      scripts.push(
        request.sizes().then(({ responseBodySize }) => ({ path: pathname, bytes: responseBodySize })),
      );
    });
    await page.goto(`/rooms/${roomId}`);
    await expect(bubble(page, '第一則')).toBeVisible();
    await expect(page.getByRole('textbox', { name: '輸入訊息' })).toBeVisible();
    const loaded = await Promise.all(scripts);
    const total = loaded.reduce((sum, { bytes }) => sum + bytes, 0);
    console.log(`${name}: ${(total / 1024).toFixed(1)} KB of JavaScript in ${loaded.length} files`);
    expect(loaded.length).toBeGreaterThan(3);
    expect(total).toBeLessThanOrEqual(limit);
  });
}

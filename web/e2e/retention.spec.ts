import { expect } from '@playwright/test';
import { clean } from './support/axe';
import type { Client } from './support/client';
import { desk, openRoom, phone, test, unique } from './support/test';

/** A room that was archived just now. */
async function archived(by: Client, title: string) {
  const room = await by.declare({ title });
  const cancelled = await by.http.post(`/api/rooms/${room.room_id}/status`, {
    data: { version: room.version, status: 'CANCELLED', reason: 'x' },
  });
  expect(cancelled.ok()).toBe(true);
  expect((await by.http.delete(`/api/rooms/${room.room_id}`)).ok()).toBe(true);
  return room;
}

for (const [name, screen] of Object.entries({ desk, phone })) {
  test(`F-FU-02: a room on hold says so to its members, and is kept until it is released (${name})`, async ({
    as,
    api,
  }) => {
    const room = await archived(await api('wang'), unique('要保全的停機'));
    const boss = await as('boss', screen);
    await openRoom(boss, room.room_id);
    const details = async () => {
      if (name === 'phone') await boss.getByRole('button', { name: '事件詳情' }).click();
    };
    await details();
    await boss.getByRole('button', { name: '保全這個事件…' }).click();
    const question = boss.getByRole('dialog', { name: '保全這個事件？' });
    await question.getByRole('textbox', { name: '原因' }).fill('客訴 2026-118 調查中');
    await clean(boss, 'hold');
    await question.getByRole('button', { name: '保全', exact: true }).click();
    await expect(question).toHaveCount(0);
    await expect(boss.getByText('客訴 2026-118 調查中')).toBeVisible();
    await boss.screenshot({ path: `test-results/screens/hold-${name}-zh-light.png` });

    const wang = await as('wang', screen);
    await openRoom(wang, room.room_id);
    await expect(wang.getByTitle('客訴 2026-118 調查中')).toHaveText('保全中');
    const refused = await (await api('boss')).http.post('/api/admin/retention/run', {
      data: { reason: 'x', room_ids: [room.room_id] },
    });
    expect((await refused.json()).spared).toHaveLength(1);

    await boss.getByRole('button', { name: '解除保全…' }).click();
    const release = boss.getByRole('dialog', { name: '解除保全？' });
    await release.getByRole('textbox', { name: '原因' }).fill('結案');
    await release.getByRole('button', { name: '解除', exact: true }).click();
    await expect(boss.getByRole('button', { name: '保全這個事件…' })).toBeVisible();
  });

  test(`F-FU-02: an administrator looks at what a policy would do, and applies it (${name})`, async ({
    as,
    api,
  }) => {
    const office = await api('boss');
    const gone = await archived(await api('wang'), unique('要刪的停機'));
    const run = await office.http.post('/api/admin/retention/run', {
      data: { reason: '客戶要求刪除', room_ids: [gone.room_id] },
    });
    expect((await run.json()).purged).toHaveLength(1);

    const boss = await as('boss', screen);
    await boss.goto('/admin/retention');
    await expect(boss.getByRole('heading', { level: 1, name: '保存期限' })).toBeVisible();
    const stone = boss
      .getByRole('list', { name: '已清除' })
      .getByRole('listitem')
      .filter({ hasText: gone.number });
    await expect(stone).toContainText('客戶要求刪除');
    await expect(boss.getByText(gone.title)).toHaveCount(0);

    const days = String(name === 'phone' ? 20000 : 30000);
    await boss.getByRole('textbox', { name: '低：封存後天數' }).fill(days);
    await boss.getByRole('button', { name: '試算' }).click();
    await expect(boss.getByText('依上面填的天數，還沒有套用。')).toBeVisible();
    await clean(boss, 'retention');
    await boss.screenshot({ path: `test-results/screens/retention-${name}-zh-light.png`, fullPage: true });
    const apply = boss.getByRole('button', { name: '套用規則…' });
    await expect(apply).toBeInViewport({ ratio: 1 });
    await apply.click();
    const question = boss.getByRole('dialog', { name: '套用這個保存期限？' });
    await expect(question).toContainText(`${days} 天`);
    await clean(boss, 'apply');
    await question.getByRole('button', { name: '套用', exact: true }).click();
    await expect(boss.getByText('保存期限已套用')).toBeVisible();
    await expect(boss.getByText(/林廠長 於 .* 修改/)).toBeVisible();
    expect(await boss.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);

    const auditor = await as('auditor', screen);
    await auditor.goto('/admin/retention');
    await expect(auditor.getByText(`${days} 天`)).toBeVisible();
    await expect(auditor.getByRole('button', { name: '套用規則…' })).toHaveCount(0);
    await auditor.screenshot({ path: `test-results/screens/retention-read-${name}-zh-light.png` });
  });
}

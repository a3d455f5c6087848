import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import type { components } from '../src/api/schema';
import { plant } from './support/people';
import { desk, expect, phone, test } from './support/test';

type Schemas = components['schemas'];

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

async function clean(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  expect(found).toEqual([]);
}

/** Three nodes made of the one that is there: another one, which drains when it is told, and one that is not heard. */
async function pretendThree(page: Page): Promise<string[]> {
  const drained: string[] = [];
  await page.route('**/api/admin/cluster', async (route) => {
    const answer = (await (await route.fetch()).json()) as Schemas['ClusterNodes'];
    const [real] = answer.nodes;
    if (real === undefined) throw new Error('the server knows no node');
    const like = (n: number, more: Partial<Schemas['Node']>): Schemas['Node'] => ({
      ...real,
      node_id: `hXLVWmyZV63WWS2mz8pfe${n}`,
      address: `10.20.0.1${n}:7400`,
      version: '1.4.0',
      zone: 'hall-2',
      lease_left_ms: 2480,
      ...more,
    });
    const second = like(2, {});
    const others = [drained.includes(second.node_id) ? { ...second, state: 'draining' as const } : second];
    others.push(like(3, { state: 'suspect' }));
    await route.fulfill({ json: { ...answer, nodes: [like(1, { node_id: answer.node_id }), ...others] } });
  });
  await page.route('**/api/admin/cluster/*/drain', (route) => {
    drained.push(route.request().url().split('/').at(-2) ?? '');
    return route.fulfill({ status: 202 });
  });
  return drained;
}

for (const [name, screen] of Object.entries({ desk, phone })) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`F-OP-06: an administrator sees the node that runs alone (${name}, ${colorScheme})`, async ({
      as,
    }) => {
      const page = await as('boss', { ...screen, colorScheme, reducedMotion: 'reduce' });
      await page.goto(name === 'phone' ? '/me' : '/rooms');
      if (name === 'desk') await page.getByRole('link', { name: '管理' }).click();
      await page.getByRole('link', { name: '叢集' }).click();
      await expect(page.getByRole('heading', { level: 1, name: '叢集' })).toBeVisible();
      await expect(page.getByText('共 1 個節點')).toBeVisible();
      const nodes = page.getByRole(name === 'phone' ? 'list' : 'table', { name: '叢集' });
      await expect(nodes).toContainText('正常');
      await expect(nodes).toContainText('回應此頁');
      await expect(page.getByText('此系統目前只有一個節點在服務。')).toBeVisible();
      const drain = page.getByRole('button', { name: /^排空節點/ });
      await expect(drain).toHaveAttribute('aria-disabled', 'true');
      await expect(drain).toHaveAccessibleDescription(/無法在不中斷服務的情況下排空/);
      await clean(page);
      await page.screenshot({ path: `test-results/screens/cluster-alone-${name}-zh-${colorScheme}.png` });
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    });
  }

  test(`F-OP-08: an administrator drains one of several nodes with the keyboard (${name})`, async ({
    as,
  }) => {
    const page = await as('boss', { ...screen, locale: 'en-US', reducedMotion: 'reduce' });
    const drained = await pretendThree(page);
    await page.goto('/admin/cluster');
    const button = page.getByRole('button', { name: 'Drain node 10.20.0.12:7400' });
    await button.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Drain node 10.20.0.12:7400?' });
    await expect(dialog).toContainText('rooms move; then the process ends.');
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
    await clean(page);
    await page.screenshot({ path: `test-results/screens/cluster-drain-${name}-en-light.png` });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(page.getByText('Node 10.20.0.12:7400 starts to drain')).toBeVisible();
    const draining = page.getByRole('button', { name: 'Draining' });
    await expect(draining).toHaveAttribute('aria-disabled', 'true');
    await expect(draining).toBeFocused();
    expect(drained).toEqual(['hXLVWmyZV63WWS2mz8pfe2']);
    await clean(page);
    await page.screenshot({ path: `test-results/screens/cluster-three-${name}-en-light.png` });
    if (name === 'phone') {
      const box = await page
        .getByRole('button', { name: /^Drain node/ })
        .first()
        .boundingBox();
      expect(box?.height).toBeGreaterThanOrEqual(44);
    }
  });

  test(`F-OP-06: it is not for everybody (${name})`, async ({ as, api }) => {
    const page = await as('wang', screen);
    await page.goto('/me');
    await expect(page.getByRole('button', { name: '登出' })).toBeVisible();
    await expect(page.getByRole('link', { name: '叢集' })).toHaveCount(0);
    await page.goto('/admin/cluster');
    await expect(page.getByRole('alert')).toContainText('您不能查看叢集');
    await page.getByRole('link', { name: '回到事件列表' }).click();
    await expect(page).toHaveURL(/\/rooms$/);

    const wang = await api('wang');
    const node = 'hXLVWmyZV63WWS2mz8pfe1';
    expect((await wang.http.post(`/api/admin/cluster/${node}/drain`)).status()).toBe(403);
    const trail = await (await api('boss')).http.get('/api/admin/audit', {
      params: { act: 'access_refused', user_id: plant().accounts.wang.userId },
    });
    const { entries } = (await trail.json()) as { entries: Schemas['AuditEntry'][] };
    const targets = entries.map((entry) => entry.target);
    expect(targets).toContain('GET /api/admin/cluster');
    expect(targets).toContain('POST /api/admin/cluster/:node_id/drain');
  });
}

test('F-OP-06: nobody loads the page of the cluster who does not go there', async ({ as }) => {
  const page = await as('boss');
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  await page.goto('/rooms');
  await page.getByRole('link', { name: '管理' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '帳號' })).toBeVisible();
  expect(loaded.filter((path) => path.includes('ClusterPage'))).toEqual([]);
  await page.getByRole('link', { name: '叢集' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '叢集' })).toBeVisible();
  expect(loaded.filter((path) => path.includes('ClusterPage'))).not.toEqual([]);
});

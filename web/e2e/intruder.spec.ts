import { jpeg } from './support/jpeg';
import { plant } from './support/people';
import { desk, expect, phone, test, unique } from './support/test';

for (const [device, screen] of Object.entries({ phone, desk })) {
  test(`F-SC-03, F-SE-02: an outsider sees neither room nor file, and the attempt is on record (${device})`, async ({
    as,
    api,
  }) => {
    const owner = await api('wang');
    const room = await owner.declare({ title: unique('機密') });
    const picture = jpeg({ width: 200, height: 150, quality: 60, noise: 0.1 });
    const file = await owner.attach(room.room_id, '主軸.jpg', 'image/jpeg', picture);
    const filePath = `/api/rooms/${room.room_id}/files/${file.file_id}`;

    const chen = await as('chen', screen);
    await chen.goto('/rooms');
    await expect(chen.getByText(room.title)).toHaveCount(0);
    await chen.goto(`/rooms/${room.room_id}`);
    await expect(chen.getByRole('alert')).toContainText('您不是這個房間的成員');
    await expect(chen.getByText(room.title)).toHaveCount(0);
    await chen.getByRole('link', { name: '回到事件列表' }).click();
    await expect(chen).toHaveURL(/\/rooms$/);

    const outsider = await api('chen');
    for (const path of [filePath, `${filePath}/content`, `${filePath}/thumbnail`]) {
      const answer = await outsider.http.get(path);
      expect(answer.status(), path).toBe(403);
      expect(answer.headers()['content-type'], path).toContain('application/problem+json');
      expect(await answer.json(), path).toMatchObject({ code: 'forbidden' });
    }
    const nowhere = await outsider.http.get('/api/rooms/0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10');
    expect(nowhere.status()).toBe(403);
    expect(await nowhere.json()).toMatchObject({ code: 'forbidden' });

    const admin = await api('boss');
    const { accounts } = plant();
    await expect
      .poll(async () => {
        const answer = await admin.http.get('/api/admin/audit', {
          params: { act: 'access_refused', limit: 200 },
        });
        expect(answer.status()).toBe(200);
        const { entries } = (await answer.json()) as {
          entries: { who: { user_id: string }; target: string; outcome: string }[];
        };
        return entries.filter(
          (entry) =>
            entry.who.user_id === accounts.chen.userId &&
            entry.outcome === 'refused' &&
            (entry.target.includes(room.room_id) || entry.target.includes(file.file_id)),
        ).length;
      })
      .toBeGreaterThan(0);
  });
}

test('F-SE-05: the audit is not for everybody', async ({ api }) => {
  const answer = await (await api('wang')).http.get('/api/admin/audit');
  expect(answer.status()).toBe(403);
});

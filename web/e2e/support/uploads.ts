import { createHash, randomBytes } from 'node:crypto';
import type { Locator, Page } from '@playwright/test';
import type { components } from '../../src/api/schema';
import type { Client } from './client';
import { expect, unique } from './test';

type Schemas = components['schemas'];

export const mib = 1024 * 1024;
export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** 5 MB that no compression makes less. */
export function manual(): Buffer {
  const head = Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1');
  const tail = Buffer.from('\n%%EOF\n');
  return Buffer.concat([head, randomBytes(5 * mib - head.length - tail.length), tail]);
}

export const tile = (page: Page, name: string) => page.getByRole('region', { name: new RegExp(name) });

export async function stage(
  page: Page,
  files: { name: string; mimeType: string; buffer: Buffer }[],
): Promise<void> {
  await page.getByTestId('file-input').setInputFiles(files);
  for (const { name } of files) await expect(staged(page)).toContainText(name);
}
export const staged = (page: Page) => page.getByRole('list', { name: /待送出的檔案|Files to send/ });
export const press = (page: Page | Locator, name: string | RegExp) =>
  page.getByRole('button', { name, exact: true }).click();

export async function attach(
  page: Page,
  name: string,
  buffer: Buffer,
  mimeType = 'application/pdf',
): Promise<void> {
  await stage(page, [{ name, mimeType, buffer }]);
  await press(page, /^送出$|^Send$/);
}

export async function roomOf(owner: Client, title: string, editor?: Client): Promise<Schemas['Room']> {
  const room = await owner.declare({ title: unique(title) });
  if (editor !== undefined) await owner.add(room.room_id, editor.userId, 'EDITOR');
  return room;
}

export async function unfinished(who: Client, roomId: string): Promise<Schemas['Upload'][]> {
  const answer = await who.http.get(`/api/rooms/${roomId}/uploads`);
  expect(answer.status()).toBe(200);
  return ((await answer.json()) as { uploads: Schemas['Upload'][] }).uploads;
}

/** Where the page goes on: the offsets of its PATCH requests. */
export function offsets(page: Page): number[] {
  const seen: number[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') seen.push(Number(request.headers()['upload-offset']));
  });
  return seen;
}

/** The names of a room's files, as they came into it. */
export async function storedNames(who: Client, roomId: string): Promise<string[]> {
  const answer = await who.http.get(`/api/rooms/${roomId}/events`, { params: { after_seq: 0 } });
  const { events } = (await answer.json()) as { events: Schemas['RoomEvent'][] };
  return events.flatMap((event) => (event.type === 'file_uploaded' ? [event.file.filename] : []));
}

/** One message, one file, the very bytes. */
export async function arrivedOnce(who: Client, roomId: string, name: string, bytes: Buffer): Promise<void> {
  const answer = await who.http.get(`/api/rooms/${roomId}/files`);
  const { files } = (await answer.json()) as { files: Schemas['File'][] };
  expect(files.map((file) => [file.filename, file.sha256])).toEqual([[name, sha256(bytes)]]);
  const [file] = files;
  const content = await who.http.get(file?.download_url ?? '');
  expect(sha256(await content.body())).toBe(sha256(bytes));
  const events = await who.http.get(`/api/rooms/${roomId}/events`, { params: { after_seq: 0 } });
  const { events: log } = (await events.json()) as { events: Schemas['RoomEvent'][] };
  expect(log.filter(({ type }) => type === 'file_uploaded')).toHaveLength(1);
  expect(
    log.filter((event) => event.type === 'message' && event.message.metadata !== undefined),
  ).toHaveLength(1);
  expect(await unfinished(who, roomId)).toEqual([]);
}

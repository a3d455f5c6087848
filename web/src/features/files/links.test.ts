import { expect, test } from 'vitest';
import { previewBox } from './box';
import { downloadUrl, expired } from './links';

const now = Date.UTC(2026, 6, 18);
const at = (seconds: number) => `/content?expires=${now / 1000 + seconds}&signature=x`;

test('a signed link is used while it has half a minute left', () => {
  expect(expired(at(3600), now)).toBe(false);
  expect(expired(at(29), now)).toBe(true);
  expect(expired(at(-1), now)).toBe(true);
});

test("a link of the object store's own is tried", () => {
  expect(expired('https://store.plant/a.jpg?X-Amz-Expires=3600', now)).toBe(false);
});

test('saving asks our own server for a file, and leaves a foreign signature alone', () => {
  expect(new URL(downloadUrl(at(60))).searchParams.get('download')).toBe('true');
  expect(downloadUrl('https://store.plant/a.jpg?X=1')).toBe('https://store.plant/a.jpg?X=1');
});

test.each([
  ['landscape', 4000, 3000, 280, 210],
  ['portrait', 3000, 4000, 180, 240],
  ['small', 120, 100, 120, 100],
  ['a thin strip stays large enough to press', 4000, 100, 280, 88],
  ['unknown', undefined, undefined, 280, 180],
])('the frame of a preview is known before its bytes: %s', (_, w, h, width, height) => {
  expect(previewBox(w, h)).toEqual({ width, height });
});

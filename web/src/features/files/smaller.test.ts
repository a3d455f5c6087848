// @vitest-environment node
import { encode } from 'jpeg-js';
import { describe, expect, test } from 'vitest';
import { refusal } from './allowed';
import { jpegPixels } from './jpeg';
import { isLarge, pixelsOf, scaled } from './smaller';
import { chosen, type StagedFile } from './useStaged';

const mib = 1024 * 1024;

describe('UX 11 which photos are offered smaller', () => {
  test.each([
    ['a phone photo', 'IMG_1.jpg', 5 * mib, { width: 4032, height: 3024 }, true],
    ['many bytes of few pixels', 'IMG_1.JPEG', 2 * mib + 1, { width: 1600, height: 1200 }, true],
    ['few bytes of many pixels', 'pano.jpg', mib, { width: 300, height: 4001 }, true],
    ['an everyday picture', 'oil.jpg', 2 * mib, { width: 4000, height: 3000 }, false],
    ['one whose pixels nobody knows', 'oil.jpg', mib, undefined, false],
    ['a screenshot', 'hmi.png', 9 * mib, undefined, false],
    ['an animation', 'loop.gif', 9 * mib, undefined, false],
    ['a manual', 'manual.pdf', 19 * mib, undefined, false],
    ['a log', 'alarm.log', 4 * mib, undefined, false],
  ])('%s', (_, name, size, pixels, offered) => {
    expect(isLarge({ name, size }, pixels)).toBe(offered);
  });

  test.each([
    [
      { width: 4032, height: 3024 },
      { width: 2560, height: 1920 },
    ],
    [
      { width: 3024, height: 4032 },
      { width: 1920, height: 2560 },
    ],
    [
      { width: 1200, height: 900 },
      { width: 1200, height: 900 },
    ],
    [
      { width: 9000, height: 1 },
      { width: 2560, height: 1 },
    ],
  ])('%o becomes %o', (before, after) => {
    expect(scaled(before)).toEqual(after);
  });
});

describe('the size of a JPEG is read without decoding it', () => {
  const picture = (width: number, height: number) =>
    encode({ data: Buffer.alloc(width * height * 4, 128), width, height }, 50).data;
  /** A segment as phones put it in front: EXIF with its own small picture, or a colour profile. */
  const behind = (jpeg: Buffer, bytes: number) => {
    const segment = Buffer.alloc(4 + bytes);
    segment.writeUInt16BE(0xffe1);
    segment.writeUInt16BE(bytes + 2, 2);
    segment.writeUInt16BE(0xffc0, 20); // a marker that is only data
    return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
  };

  test('also behind large segments', async () => {
    const jpeg = behind(behind(picture(64, 24), 60_000), 30_000);
    expect(jpegPixels(jpeg)).toEqual({ width: 64, height: 24 });
    expect(await pixelsOf(new File([new Uint8Array(jpeg)], 'a.jpg'))).toEqual({ width: 64, height: 24 });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a log', Buffer.from('13:52 pressure low\n')],
    ['a cut head', picture(64, 24).subarray(0, 30)],
    ['a broken chain', Buffer.from('ffd8ffe0000400000000000000000000', 'hex')],
  ])('%s has none', (_, bytes) => {
    expect(jpegPixels(bytes)).toBeUndefined();
  });
});

describe('the form in which a file goes', () => {
  const original = new File([new Uint8Array(100)], 'a.jpg');
  const less = new File([new Uint8Array(10)], 'a.jpg');
  const staged = (more: Partial<StagedFile>): StagedFile => ({
    key: 'a',
    original,
    smaller: less,
    description: '',
    at: 1,
    ...more,
  });

  test.each([
    ['as chosen, on a desk', staged({}), true, original],
    ['smaller, on a phone', staged({}), false, less],
    ['as it is, when nothing is gained', staged({ smaller: 'none' }), false, original],
    ['not yet, while it is drawn', staged({ smaller: 'making' }), false, undefined],
    ['at once, when the original is wanted', staged({ smaller: 'making' }), true, original],
    ['smaller, when the original is too large', staged({ refused: 'file_too_large' }), true, less],
    ['not at all, when both are', staged({ refused: 'file_too_large', smaller: 'none' }), true, undefined],
  ])('%s', (_, file, wanted, form) => {
    expect(chosen(file, wanted)).toBe(form);
  });

  test('a photo of more pixels than the server decodes is told before it is sent', () => {
    expect(refusal(original, { width: 8000, height: 5000 })).toBeUndefined();
    expect(refusal(original, { width: 8000, height: 5001 })).toBe('image_too_large');
  });
});

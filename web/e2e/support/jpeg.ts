import { encode } from 'jpeg-js';

interface Picture {
  width: number;
  height: number;
  quality: number;
  /** 0 is a smooth picture, 1 one that hardly compresses. */
  noise: number;
  seed?: number;
}

/** A picture of something technical: a gradient, a grid, spots, and the noise of a sensor. */
export function jpeg({ width, height, quality, noise, seed = 1 }: Picture): Buffer {
  let state = seed * 2654435761;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const spots = Array.from({ length: 12 }, () => ({
    x: random() * width,
    y: random() * height,
    r: (0.05 + random() * 0.2) * width,
    light: random() * 150 - 75,
  }));
  const data = Buffer.alloc(width * height * 4, 255);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let light = 95 + (55 * y) / height - (x % 97 < 3 ? 28 : 0) - (y % 61 < 2 ? 18 : 0);
      for (const spot of spots) {
        const near = ((x - spot.x) ** 2 + (y - spot.y) ** 2) / spot.r ** 2;
        if (near < 1) light += spot.light * (1 - near);
      }
      light += (random() - 0.5) * 160 * noise;
      const at = (y * width + x) * 4;
      data[at] = clamp(light + 14);
      data[at + 1] = clamp(light + 4);
      data[at + 2] = clamp(light - 8);
    }
  }
  return encode({ data, width, height }, quality).data;
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

/**
 * A photo as a phone writes it: about 2.5 MB, stored lying on its side with
 * orientation 6 (turn right to view), and with the place where it was taken.
 */
export function phonePhoto(): Buffer {
  return withExif(jpeg({ width: 2016, height: 1512, quality: 93, noise: 0.98 }));
}

/** Puts an EXIF segment right after the start of the image, where phones have it. */
export function withExif(picture: Buffer): Buffer {
  const exif = exifSegment();
  return Buffer.concat([picture.subarray(0, 2), exif, picture.subarray(2)]);
}

/** TIFF entries: tag, type (2 text, 3 short, 4 long, 5 rational), count, value or offset. */
type Entry = [tag: number, type: number, count: number, value: number];

function exifSegment(): Buffer {
  const maker = Buffer.from('Plant Phone\0');
  const rationals = (values: [number, number][]) => {
    const bytes = Buffer.alloc(values.length * 8);
    values.forEach(([over, under], at) => {
      bytes.writeUInt32BE(over, at * 8);
      bytes.writeUInt32BE(under, at * 8 + 4);
    });
    return bytes;
  };
  // 24°46'48.12"N 121°1'12.34"E
  const latitude = rationals([
    [24, 1],
    [46, 1],
    [4812, 100],
  ]);
  const longitude = rationals([
    [121, 1],
    [1, 1],
    [1234, 100],
  ]);

  const ifd0At = 8;
  const gpsAt = ifd0At + 2 + 3 * 12 + 4;
  const dataAt = gpsAt + 2 + 4 * 12 + 4;
  const ascii = (letter: string) => letter.charCodeAt(0) * 2 ** 24; // a short text stands in the value itself
  const ifd0 = directory([
    [0x010f, 2, maker.length, dataAt],
    [0x0112, 3, 1, 6 * 2 ** 16], // orientation; a short stands in the upper half
    [0x8825, 4, 1, gpsAt],
  ]);
  const gps = directory([
    [1, 2, 2, ascii('N')],
    [2, 5, 3, dataAt + maker.length],
    [3, 2, 2, ascii('E')],
    [4, 5, 3, dataAt + maker.length + latitude.length],
  ]);
  const header = Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, ifd0At]);
  const body = Buffer.concat([Buffer.from('Exif\0\0'), header, ifd0, gps, maker, latitude, longitude]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length + 2);
  return Buffer.concat([Buffer.from([0xff, 0xe1]), length, body]);
}

function directory(entries: Entry[]): Buffer {
  const bytes = Buffer.alloc(2 + entries.length * 12 + 4);
  bytes.writeUInt16BE(entries.length, 0);
  entries.forEach(([tag, type, count, value], index) => {
    const at = 2 + index * 12;
    bytes.writeUInt16BE(tag, at);
    bytes.writeUInt16BE(type, at + 2);
    bytes.writeUInt32BE(count, at + 4);
    bytes.writeUInt32BE(value, at + 8);
  });
  return bytes;
}

import { jpegHead, jpegPixels, type Pixels } from './jpeg';

/** From here on a photo is offered smaller: bytes, and pixels of the long edge. */
const large = { bytes: 2 * 1024 * 1024, edge: 4000 };
/** What is made of it: enough to read a type plate, a tenth of the bytes. */
const made = { edge: 2560, quality: 0.85 };

/** Whether a smaller one can be offered. Never for what is drawn or written: PNG, GIF, PDF, logs. */
export function isLarge(file: Pick<globalThis.File, 'name' | 'size'>, pixels: Pixels | undefined): boolean {
  if (!/\.jpe?g$/i.test(file.name)) return false;
  const edge = Math.max(pixels?.width ?? 0, pixels?.height ?? 0);
  return file.size > large.bytes || edge > large.edge;
}

/** The size that it gets; never larger than it is. */
export function scaled({ width, height }: Pixels, edge = made.edge): Pixels {
  const factor = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** The pixels of a photo as it is stored; undefined for what is no JPEG. */
export async function pixelsOf(file: globalThis.File): Promise<Pixels | undefined> {
  if (!/\.jpe?g$/i.test(file.name)) return undefined;
  return jpegPixels(new Uint8Array(await file.slice(0, jpegHead).arrayBuffer()));
}

let turn: Promise<unknown> = Promise.resolve();

/** A smaller JPEG, upright and without where it was taken; undefined when there is nothing to gain. One at a time. */
export function smaller(file: globalThis.File): Promise<globalThis.File | undefined> {
  const result = turn.then(() => redraw(file)).catch(() => undefined);
  turn = result;
  return result;
}

async function redraw(file: globalThis.File): Promise<globalThis.File | undefined> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const canvas = document.createElement('canvas');
  try {
    Object.assign(canvas, scaled(bitmap));
    const context = canvas.getContext('2d');
    if (context === null) return undefined;
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  } finally {
    bitmap.close();
  }
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', made.quality));
  canvas.width = 0; // gives the memory back at once
  if (blob === null || blob.size >= file.size) return undefined;
  return new globalThis.File([blob], file.name, { type: 'image/jpeg', lastModified: file.lastModified });
}

export interface Pixels {
  width: number;
  height: number;
}

/** Bytes in which the frame header stands, also behind a preview and colour profiles. */
export const jpegHead = 512 * 1024;

/**
 * Reads the size that a JPEG says it has, without decoding it: a photo of 48
 * megapixels takes 190 MB when decoded. (ITU T.81, B.1.1.3 and B.2.2)
 */
export function jpegPixels(bytes: Uint8Array): Pixels | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // fill
    } else if (isFrame(marker)) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    } else {
      at += 2 + view.getUint16(at + 2);
    }
  }
  return undefined;
}

/** SOF0 to SOF15, among which DHT, JPG and DAC have their numbers. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** The frame of a preview in the conversation, CSS pixels. */
const maxWidth = 280;
const maxHeight = 240;
const minSide = 88;

/** The size that a picture will have, known before its first byte, so that nothing jumps when it comes. */
export function previewBox(width?: number, height?: number): { width: number; height: number } {
  if (!width || !height) return { width: maxWidth, height: 180 };
  const scale = Math.min(1, maxWidth / width, maxHeight / height);
  return {
    width: Math.max(minSide, Math.round(width * scale)),
    height: Math.max(minSide, Math.round(height * scale)),
  };
}

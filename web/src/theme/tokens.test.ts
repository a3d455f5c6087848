// @vitest-environment node
import { describe, expect, test } from 'vitest';
import { palettes, promisedContrast } from './tokens';

/** WCAG 2 relative luminance. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(['light', 'dark'] as const)('UX 24 the %s palette', (scheme) => {
  test.each(promisedContrast)('%s on %s has at least %f : 1', (text, under, ratio) => {
    const palette = palettes[scheme];
    expect(contrast(palette[text], palette[under])).toBeGreaterThanOrEqual(ratio);
  });
});

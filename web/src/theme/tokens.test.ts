// @vitest-environment node
import { describe, expect, test } from 'vitest';
import { contrast } from './contrast';
import { type Colour, isOutline, palettes, promisedContrast } from './tokens';

test('contrast is that of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
});

describe.each(['light', 'dark'] as const)('UX 24 the %s palette', (scheme) => {
  test.each(promisedContrast)('%s on %s has at least %f : 1', (over, under, ratio) => {
    const palette = palettes[scheme];
    expect(contrast(palette[over], palette[under])).toBeGreaterThanOrEqual(ratio);
  });
});

describe('UX 24 what is promised', () => {
  test('is 4.5 : 1 for all text, and 7 : 1 for the key actions', () => {
    const text = promisedContrast.filter(([over]) => !isOutline(over));
    expect(text.filter(([, , ratio]) => ratio < 4.5)).toEqual([]);
    const keyActions = text.filter(([over]) => over === 'on-accent');
    expect(keyActions.map(([, under]) => under)).toEqual(['accent', 'accent-hover']);
    expect(keyActions.filter(([, , ratio]) => ratio < 7)).toEqual([]);
  });

  test('leaves out no colour that is text', () => {
    const isText = (colour: Colour) => /^on-|text$|^quiet$|^link$/.test(colour);
    const promised = new Set(promisedContrast.map(([over]) => over));
    const colours = Object.keys(palettes.light) as Colour[];
    expect(colours.filter((colour) => isText(colour) && !promised.has(colour))).toEqual([]);
  });
});

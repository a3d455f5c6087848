import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core';
import { cssVariables, fonts, palettes, radii, shadows, sizeVariables, spaces } from './tokens';

const blue: MantineColorsTuple = [
  '#e2edfa',
  '#c3daf5',
  '#a9d0ff',
  '#8cc1ff',
  '#5a9fea',
  '#2f7fd3',
  '#0b5cad',
  '#0b4a94',
  '#083b77',
  '#062c59',
];

/** The accent is a pair of tokens: light on dark in one scheme, the reverse in the other. */
const variants: VariantColorsResolver = (input) => {
  const colours = defaultVariantColorsResolver(input);
  if (input.color !== undefined && input.color !== 'blue') return colours;
  switch (input.variant) {
    case 'filled':
      return {
        background: 'var(--tr-accent)',
        hover: 'var(--tr-accent-hover)',
        color: 'var(--tr-on-accent)',
        border: 'none',
      };
    case 'light':
      return {
        background: 'var(--tr-accent-soft)',
        hover: 'var(--tr-line)',
        color: 'var(--tr-on-accent-soft)',
        border: 'none',
      };
    case 'subtle':
      return {
        background: 'transparent',
        hover: 'var(--tr-raised)',
        color: 'var(--tr-text)',
        border: 'none',
      };
    default:
      return colours;
  }
};

function inPixels(steps: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(steps).map(([step, pixels]) => [step, `${pixels}px`]));
}

export const theme = createTheme({
  fontFamily: fonts.text,
  fontFamilyMonospace: fonts.mono,
  headings: { fontFamily: fonts.text, fontWeight: '700' },
  lineHeights: { xs: '1.5', sm: '1.5', md: '1.6', lg: '1.6', xl: '1.6' },
  fontSizes: {
    xs: 'var(--tr-size-s)',
    sm: 'var(--tr-size-m)',
    md: 'var(--tr-size-m)',
    lg: 'var(--tr-size-l)',
    xl: 'var(--tr-size-xl)',
  },
  spacing: inPixels(spaces),
  radius: inPixels(radii),
  defaultRadius: 'sm',
  shadows: {
    xs: 'var(--tr-shadow)',
    sm: 'var(--tr-shadow)',
    md: 'var(--tr-shadow)',
    lg: 'var(--tr-shadow)',
    xl: 'var(--tr-shadow)',
  },
  colors: { blue },
  primaryColor: 'blue',
  primaryShade: { light: 7, dark: 3 },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  variantColorResolver: variants,
  components: {
    // The list itself scrolls: a pane around it would be a scrolled region of its own, which
    // no keyboard reaches.
    Select: { defaultProps: { withScrollArea: false } },
  },
});

function schemeVariables(palette: (typeof palettes)['light' | 'dark']): Record<`--${string}`, string> {
  return {
    ...cssVariables(palette as (typeof palettes)['dark']),
    '--mantine-color-body': palette.bg,
    '--mantine-color-text': palette.text,
    '--mantine-color-dimmed': palette.quiet,
    '--mantine-color-placeholder': palette.quiet,
    '--mantine-color-error': palette['bad-text'],
    '--mantine-color-anchor': palette.link,
    '--mantine-color-default': palette.surface,
    '--mantine-color-default-hover': palette.raised,
    '--mantine-color-default-color': palette.text,
    '--mantine-color-default-border': palette.edge,
    '--mantine-primary-color-filled': palette.accent,
    '--mantine-primary-color-filled-hover': palette['accent-hover'],
    '--mantine-primary-color-contrast': palette['on-accent'],
  };
}

/** For what is dark in either scheme. */
export const darkVariables = {
  ...schemeVariables(palettes.dark),
  '--tr-shadow': shadows.dark,
} as const;

export const resolver: CSSVariablesResolver = () => ({
  variables: { ...sizeVariables(), '--tr-radius': `${radii.sm}px` },
  light: { ...schemeVariables(palettes.light), '--tr-shadow': shadows.light },
  dark: darkVariables,
});

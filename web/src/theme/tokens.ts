/**
 * Every colour of the page. Red, amber, orange and green speak as on the shop
 * floor (stopped, help needed, running) and are used for nothing else; the rest is
 * neutral with one blue accent.
 */
const light = {
  bg: '#eef1f4',
  surface: '#ffffff',
  raised: '#f6f8fa',
  line: '#d3dae1',
  edge: '#76828e', // outlines of inputs: 3:1 against surface and bg
  text: '#141c24',
  quiet: '#47535f',
  accent: '#0b4a94',
  'accent-hover': '#083b77',
  'on-accent': '#ffffff',
  'accent-soft': '#e2edfa',
  'on-accent-soft': '#0b4a94',
  link: '#0b5cad',
  mine: '#e4eefb',
  focus: '#0b5cad',

  'low-bg': '#e2e9f0',
  'low-text': '#33495d',
  'low-bar': '#6d8499',
  'medium-bg': '#ffe9a8',
  'medium-text': '#5c3d00',
  'medium-bar': '#c98a00',
  'high-bg': '#ffd0b0',
  'high-text': '#762b00',
  'high-bar': '#dd5a00',
  'critical-bg': '#b0101c',
  'critical-text': '#ffffff',
  'critical-bar': '#c8102e',

  'stop-text': '#a30f1a',
  'stop-bg': '#ffffff',
  'help-text': '#5c3d00',
  'help-bg': '#fff1c9',
  'hold-text': '#0b4a94',
  'hold-bg': '#e2edfa',
  'run-text': '#0d5228',
  'run-bg': '#d8f1df',
  'done-text': '#47535f',
  'done-bg': '#e8ecf0',

  'bad-text': '#a30f1a',
  'bad-bg': '#fdeced',
} as const;

type Palette = Record<keyof typeof light, string>;

const dark: Palette = {
  bg: '#0e1318',
  surface: '#161d25',
  raised: '#1d2630',
  line: '#2e3945',
  edge: '#7d8a97',
  text: '#e8edf2',
  quiet: '#adb9c5',
  accent: '#8cc1ff',
  'accent-hover': '#a9d0ff',
  'on-accent': '#04203f',
  'accent-soft': '#17304d',
  'on-accent-soft': '#a9d0ff',
  link: '#8cc1ff',
  mine: '#18304b',
  focus: '#8cc1ff',

  'low-bg': '#2a3947',
  'low-text': '#c3d3e2',
  'low-bar': '#7891a8',
  'medium-bg': '#47370a',
  'medium-text': '#ffdf8a',
  'medium-bar': '#e0a526',
  'high-bg': '#54290c',
  'high-text': '#ffc7a0',
  'high-bar': '#f27a2a',
  'critical-bg': '#c01825',
  'critical-text': '#ffffff',
  'critical-bar': '#f0414e',

  'stop-text': '#ff9a9f',
  'stop-bg': '#161d25',
  'help-text': '#ffdf8a',
  'help-bg': '#3a2e0d',
  'hold-text': '#a9d0ff',
  'hold-bg': '#17304d',
  'run-text': '#8fe0a8',
  'run-bg': '#143420',
  'done-text': '#adb9c5',
  'done-bg': '#27313c',

  'bad-text': '#ff9a9f',
  'bad-bg': '#3a1a1e',
};

export const palettes = { light, dark };

export type Colour = keyof Palette;

/** Bars, edges and the focus, which nobody reads. */
export function isOutline(colour: Colour): boolean {
  return colour === 'edge' || colour === 'focus' || colour.endsWith('-bar');
}

/** What is on top, what lies under it, and the contrast that is promised (text: 4.5; key actions: 7; outlines: 3). */
export const promisedContrast: ReadonlyArray<readonly [over: Colour, under: Colour, ratio: number]> = [
  ['text', 'bg', 7],
  ['text', 'surface', 7],
  ['text', 'raised', 7],
  ['text', 'mine', 7],
  ['quiet', 'bg', 4.5],
  ['quiet', 'surface', 4.5],
  ['quiet', 'raised', 4.5],
  ['quiet', 'mine', 4.5],
  ['link', 'surface', 4.5],
  ['link', 'bg', 4.5],
  ['on-accent', 'accent', 7],
  ['on-accent', 'accent-hover', 7],
  ['on-accent-soft', 'accent-soft', 4.5],
  ['edge', 'surface', 3],
  ['edge', 'bg', 3],
  ['focus', 'surface', 3],
  ['low-text', 'low-bg', 7],
  ['medium-text', 'medium-bg', 7],
  ['high-text', 'high-bg', 7],
  ['critical-text', 'critical-bg', 5.5],
  ['low-bar', 'surface', 3],
  ['high-bar', 'surface', 3],
  ['critical-bar', 'surface', 3],
  ['stop-text', 'stop-bg', 4.5],
  ['help-text', 'help-bg', 4.5],
  ['hold-text', 'hold-bg', 4.5],
  ['run-text', 'run-bg', 4.5],
  ['done-text', 'done-bg', 4.5],
  ['bad-text', 'bad-bg', 4.5],
  ['bad-text', 'surface', 4.5],
];

export function cssVariables(palette: Palette): Record<string, string> {
  return Object.fromEntries(Object.entries(palette).map(([name, value]) => [`--tr-${name}`, value]));
}

/**
 * Pixels, with a mouse and with a finger: text, and the least height of what is pressed; key is
 * that of declare, send, attach and status.
 */
export const sizes = {
  desk: { s: 13, m: 15, l: 18, xl: 24, tap: 36, key: 36 },
  touch: { s: 16, m: 16, l: 18, xl: 22, tap: 44, key: 56 },
};

/** Pixels between things: a grid of 4. */
export const spaces = { xs: 4, sm: 8, md: 12, lg: 16, xl: 24 };

/** Pixels of rounded corners. */
export const radii = { xs: 4, sm: 6, md: 6, lg: 6, xl: 12 };

/** What lies above the page has a shadow, always the same one. */
export const shadows = { light: '0 2px 10px rgb(20 28 36 / 0.14)', dark: '0 2px 12px rgb(0 0 0 / 0.5)' };

/** The sizes as `--tr-desk-s`; global.css chooses between desk and touch. */
export function sizeVariables(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sizes).flatMap(([device, steps]) =>
      Object.entries(steps).map(([step, pixels]) => [`--tr-${device}-${step}`, `${pixels}px`]),
    ),
  );
}

export const fonts = {
  text: '"Noto Sans TC", "Noto Sans CJK TC", "PingFang TC", "Microsoft JhengHei", system-ui, sans-serif, "Noto Color Emoji"',
  mono: 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace',
};

import type { Catalogue } from './catalogue';

/** The page that shows what all the others are made of. */
export const design: Catalogue['design'] = {
  title: 'Design',
  hint: 'The colours, sizes and parts of all screens, drawn from the one place where the program defines them.',
  contrast: 'Contrast',
  contrastHint:
    'Over / under. Text has at least 4.5:1, key actions at least 7:1, outlines and bars at least 3:1.',
  pair: 'Over / under',
  atLeast: 'at least {{ratio}}:1',
  ratio: '{{ratio}}:1',
  sample: 'Line 3 07',
  colours: 'Colours',
  coloursHint:
    'Red, amber, orange and green speak as the lights on the shop floor do: stopped, help needed, running. The rest is neutral, with one blue.',
  type: 'Text, and what is pressed',
  typeHint: 'As large as on this device.',
  words: 'Line 3 station 07 oil leak 14:02',
  sizes: 'desk {{desk}} px, touch {{touch}} px',
  pixels: '{{pixels}} px',
  space: 'Space',
  corners: 'Corners',
  shadow: 'Shadow',
  shadowHint: 'Whatever lies above the page has this shadow.',
  buttons: 'Buttons',
  button: {
    filled: 'Main',
    light: 'Second',
    default: 'Plain',
    subtle: 'Quiet',
    danger: 'Danger',
    disabled: 'Disabled',
    loading: 'Busy',
  },
  states: 'States',
  state: { empty: 'Nothing there', failed: 'Failed', waiting: 'Loading', told: 'Notices' },
};

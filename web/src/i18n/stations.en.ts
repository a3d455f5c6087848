import type { Catalogue } from './catalogue';

/** The codes that hang at the stations. */
export const stations: Catalogue['stations'] = {
  title: 'Station QR codes',
  hint: 'One for each station; scanned, it opens a declaration that knows the place. The address keeps all this, as a bookmark too.',
  stations: 'Stations',
  stationsHint: 'One a line, at most 100',
  print: 'Print',
  cards: 'Stations to print',
  none: 'No stations yet',
  noneHint: 'Enter them above, one a line; their codes appear here.',
  codeOf: 'QR code of {{station}}',
  scanZh: '掃描以回報異常',
  scanEn: 'Scan to report an incident',
  forbidden: 'Only administrators print the codes of stations',
  forbiddenHint: 'Ask an administrator when you need one.',
};

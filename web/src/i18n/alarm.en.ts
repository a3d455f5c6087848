import type { Catalogue } from './catalogue';

/** The call for a new CRITICAL incident. */
export const alarm: Catalogue['alarm'] = {
  notice: 'New critical incident',
  dismiss: 'Dismiss {{number}}',
  switch: 'Sound and vibration for critical incidents',
  switchHint:
    'When a critical incident is new, on this device; a page can only sound after it was touched once.',
};

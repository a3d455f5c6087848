import type { Catalogue } from './catalogue';

/** Where somebody is signed in, and the tokens of their programs. */
export const access: Catalogue['access'] = {
  link: 'Sessions and tokens',
  sessions: 'Signed-in devices',
  sessionsHint: 'If you do not know a device, end its session and change your password.',
  sessionsFailed: 'The signed-in devices could not be loaded',
  noSessions: 'Not signed in anywhere now.',
  device: '{{browser}} on {{system}}',
  unknownDevice: 'Unknown device',
  thisDevice: 'This device',
  since: 'since {{time}}',
  until: 'until {{time}} at most',
  end: 'End',
  endName: 'End the session of {{name}}',
  ended: 'Sessions ended: {{count}}',
  notEnded: 'The session was not ended',
  endOthers: 'End all others',
  endOthersTitle: 'End the other sessions ({{count}})?',
  endOthersHint: 'Those devices are signed out at once; this one is not.',
  endAll: 'End all sessions',
  endAllTitle: 'End all sessions of {{name}}?',
  endAllHint:
    '{{name}} is signed out everywhere at once, but can sign in again. To prevent that, disable the account.',
  endedAll: 'All sessions of {{name}} have ended',
};

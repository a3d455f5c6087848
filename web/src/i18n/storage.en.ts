import type { Catalogue } from './catalogue';

/** What the evidence takes, for administrators and auditors. */
export const storage: Catalogue['storage'] = {
  title: 'Storage',
  hint: 'Number and size of the files as the database has them, without previews.',
  forbidden: 'You may not see the storage',
  forbiddenHint: 'It is for administrators and auditors. This attempt has been recorded.',
  failed: 'The storage could not be loaded',
  what: 'What',
  count: 'Number',
  size: 'Size',
  seen: 'Files that people see',
  deleted: 'Removed',
  deletedHint: 'Shown no more, kept as the rules demand',
  quarantined: 'Locked away',
  quarantinedHint: 'The virus scanner found something; nobody can open them',
  unfinished: 'Unfinished uploads',
  unfinishedHint: 'Broken off, and can be resumed',
  all: 'All',
};

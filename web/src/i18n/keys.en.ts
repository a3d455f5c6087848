import type { Catalogue } from './catalogue';

/** The keyboard. */
export const keys: Catalogue['keys'] = {
  title: 'Keyboard shortcuts',
  noUnread: 'No other incident has unread messages',
  jumpPlaceholder: 'Number, title, line, station…',
  characters: 'Use the shortcuts of a single character (/ and ?)',
  charactersHint: 'Switch them off where you dictate, or press them by mistake.',
  page: {
    title: 'Everywhere',
    jump: 'Jump to an incident',
    nextUnread: 'Next incident with unread messages',
    previousUnread: 'Previous incident with unread messages',
    nextRegion: 'Next part: list, conversation, message box, details',
    previousRegion: 'Previous part',
    search: 'Search',
    help: 'Show this help',
  },
  composer: {
    title: 'While writing a message',
    send: 'Send',
    newLine: 'New line',
    editLast: 'In an empty box, edit your last message',
    mention: 'Mention somebody',
    cancel: 'Cancel the reply or the edit',
  },
  viewer: {
    title: 'While looking at evidence',
    turn: 'Previous, next picture',
    close: 'Close',
  },
};

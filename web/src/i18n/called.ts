/**
 * Whom one may call with an @, in every language at once: a text keeps its words when the screen
 * changes its own, and of the catalogues only one is loaded.
 */
export const called = {
  'zh-Hant': { role: { OWNER: '負責人', EDITOR: '處理人員', VIEWER: '檢視者' }, all: '所有人' },
  en: { role: { OWNER: 'Owner', EDITOR: 'Editor', VIEWER: 'Viewer' }, all: 'everyone' },
} as const;

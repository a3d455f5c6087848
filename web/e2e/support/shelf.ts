import type { Page } from '@playwright/test';

/** What the page has kept on the device, by its shelf's key. */
export function shelf(page: Page, database: string): Promise<string[]> {
  return page.evaluate(
    (name) =>
      new Promise<string[]>((done, fail) => {
        const open = indexedDB.open(name);
        open.onerror = () => fail(open.error);
        open.onsuccess = () => {
          if (!open.result.objectStoreNames.contains('kept')) return done([]);
          const all = open.result.transaction('kept').objectStore('kept').getAllKeys();
          all.onsuccess = () => {
            open.result.close();
            done(all.result.map((key) => (key as string[]).join('/')));
          };
        };
      }),
    database,
  );
}

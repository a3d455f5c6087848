/// <reference lib="webworker" />

/**
 * Opens the page where no network is: the shell and its code are kept, whatever the API
 * says is not. While the network answers, it decides what the page is, so that a reload
 * always brings the newest; nothing here ever reloads a page.
 */
declare const self: ServiceWorkerGlobalScope;

export {};

/** What the shell consists of, with a name that changes with it; filled in when the page is built. */
declare const SHELL: { name: string; files: string[] };

/** Milliseconds after which a silent network counts as none. */
const patience = 4000;
/** Shells that are kept: this one, and the one before, whose code tabs may still ask for. */
const keptShells = 2;
const prefix = 'shell-';

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(`${prefix}${SHELL.name}`)
      .then((shell) => shell.addAll(SHELL.files))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOld().then(() => self.clients.claim()));
});

async function dropOld(): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith(prefix)); // in the order of their making
  const mine = `${prefix}${SHELL.name}`;
  const before = shells.filter((name) => name !== mine);
  await Promise.all(before.slice(0, 1 - keptShells).map((name) => caches.delete(name)));
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (pathname.startsWith('/assets/')) event.respondWith(kept(request));
  else if (request.mode === 'navigate' && isPage(pathname)) event.respondWith(page(request));
});

/** What a person opens; the rest is the server's own. */
function isPage(pathname: string): boolean {
  return !/^\/(api|docs|healthz|readyz|metrics|openapi\.yaml)(\/|$)/.test(pathname);
}

/** A name with a hash stands for one content. */
async function kept(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

async function page(request: Request): Promise<Response> {
  const shell = async () => (await caches.open(`${prefix}${SHELL.name}`)).match('/');
  const silence = new Promise<undefined>((done) => setTimeout(done, patience));
  const answer = fetch(request).catch(() => undefined);
  return (await Promise.race([answer, silence])) ?? (await shell()) ?? (await answer) ?? Response.error();
}

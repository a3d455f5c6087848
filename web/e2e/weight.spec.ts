import { desk, expect, openRoom, phone, test, unique } from './support/test';

declare global {
  interface Window {
    /** When the first message stood on the screen, milliseconds since the navigation. */
    readableAt?: number;
  }
}

/** KB of JavaScript on the wire, with the headers of the answers: what web/scripts/budget.ts allows the build. */
const limit = 230;

for (const [device, screen] of Object.entries({ phone, desk })) {
  test(`a browser that has nothing of the page loads at most ${limit} KB of JavaScript until a room can be read (${device})`, async ({
    as,
    api,
  }) => {
    const owner = await api('wang');
    const room = await owner.declare({ title: unique('第一次') });
    await owner.say(room.room_id, '先關總閥');
    const page = await as('wang', screen); // with a cache of its own, which is empty
    await page.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (document.querySelector('[role="log"] article') === null) return;
        window.readableAt = performance.now();
        observer.disconnect();
      }).observe(document, { childList: true, subtree: true });
    });
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    const urls = new Map<string, string>(); // by request
    const bytes = new Map<string, number>(); // by URL
    network.on('Network.responseReceived', ({ requestId, response }) => urls.set(requestId, response.url));
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
      bytes.set(urls.get(requestId) ?? '', encodedDataLength),
    );
    await openRoom(page, room.room_id);

    const needed = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter(({ name, startTime }) => /\.js$/.test(name) && startTime < (window.readableAt ?? 0))
        .map(({ name }) => name),
    );
    expect(needed.length).toBeGreaterThan(0);
    await expect.poll(() => needed.filter((url) => !bytes.has(url))).toEqual([]);
    const sizes = needed.map((url) => (bytes.get(url) ?? 0) / 1024);
    const sum = sizes.reduce((all, size) => all + size, 0);
    console.log(
      `JavaScript until a room can be read (${device}): ${sum.toFixed(1)} KB in ${needed.length} files`,
    );
    for (const [index, url] of needed.entries()) {
      console.log(`${sizes[index]?.toFixed(1).padStart(7)} KB  ${new URL(url).pathname}`);
    }
    expect(Math.min(...sizes)).toBeGreaterThan(0); // nothing came from a cache
    expect(sum).toBeLessThanOrEqual(limit);
  });
}

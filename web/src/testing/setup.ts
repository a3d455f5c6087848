/** Milliseconds: a busy machine is no failure. */
const patience = 20_000;

// Tests that need no page say so (`@vitest-environment node`) and skip all this.
if (typeof window !== 'undefined') {
  await import('@testing-library/jest-dom/vitest');
  const { cleanup, configure } = await import('@testing-library/react');
  const { afterEach } = await import('vitest');
  afterEach(cleanup);
  configure({ asyncUtilTimeout: patience });
  fillGaps();
}

/** What jsdom lacks and Mantine asks for. */
function fillGaps(): void {
  window.scrollTo = () => undefined;
  window.matchMedia ??= (query: string): MediaQueryList => ({
    matches: false,
    media: query,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    dispatchEvent: () => false,
  });

  globalThis.ResizeObserver ??= class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };

  HTMLDialogElement.prototype.showModal ??= function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close ??= function () {
    this.open = false;
  };

  Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true });
}

export {};

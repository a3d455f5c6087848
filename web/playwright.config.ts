import { defineConfig } from '@playwright/test';

/** No outside host can be reached: a page that needs one fails here and not in the plant. */
const chromium = {
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-quic',
    '--disable-background-networking',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  ],
};

export default defineConfig({
  testDir: 'e2e',
  testIgnore: 'screens.spec.ts',
  outputDir: 'test-results/browser',
  workers: 2, // each with a server of its own; the tests of a file run one after another
  timeout: 180_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  reporter: [['list'], ['junit', { outputFile: 'test-results/e2e.xml' }]],
  use: {
    launchOptions: chromium,
    locale: 'zh-TW',
    timezoneId: 'Asia/Taipei',
    serviceWorkers: 'block', // what they answer cannot be routed; offline.spec.ts allows them
    viewport: { width: 1440, height: 900 },
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    // No trace: to record them costs a quarter more CPU. `npx playwright test -g NAME --trace on` has one.
    screenshot: 'only-on-failure',
  },
});

import base from './playwright.config';

/** Pictures for the documentation: `npm run screens` writes them to test-results/screens. */
export default {
  ...base,
  testIgnore: undefined,
  testMatch: 'screens.spec.ts',
  outputDir: 'test-results/screens-run',
  reporter: [['list']],
};

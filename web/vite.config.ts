/// <reference types="vitest/config" />
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const dist = fileURLToPath(new URL('dist', import.meta.url));

/** Empties dist except for the committed placeholder, which `go build` needs without Node. */
function keepPlaceholder(): Plugin {
  return {
    name: 'keep-placeholder',
    apply: 'build',
    buildStart() {
      for (const name of readdirSync(dist)) {
        if (name !== 'placeholder.html') rmSync(`${dist}/${name}`, { recursive: true });
      }
    },
  };
}

const server = process.env.TASK_REPORTER_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), keepPlaceholder()],
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  build: { emptyOutDir: false, target: 'es2022', chunkSizeWarningLimit: 800 },
  server: {
    proxy: { '/api': { target: server, ws: true }, '/docs': server, '/openapi.yaml': server },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/testing/setup.ts'],
    reporters: ['default', 'junit'],
    outputFile: { junit: 'test-results/unit.xml' },
    alias: { 'tus-js-client': 'tus-js-client/lib.esm/browser/index.js' }, // not its build for Node
    server: { deps: { inline: ['tus-js-client'] } },
    restoreMocks: true,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

/// <reference types="vitest/config" />
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { budget } from './scripts/budget.ts';

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

/**
 * Puts beside the page what pdfjs asks for when a PDF needs it: the maps and fonts of
 * text that brings none along, as most Chinese PDFs do, and a decoder for JPEG 2000.
 */
function pdfParts(): Plugin {
  const from = fileURLToPath(new URL('node_modules/pdfjs-dist', import.meta.url));
  const { version } = JSON.parse(readFileSync(`${from}/package.json`, 'utf8')) as { version: string };
  const wanted = {
    cmaps: /\.bcmap$|^LICENSE/,
    standard_fonts: /\.(pfb|ttf)$|^LICENSE/,
    wasm: /^openjpeg_nowasm_fallback\.js$|^LICENSE_(PDFJS_)?OPENJPEG$/,
  };
  return {
    name: 'pdf-parts',
    apply: 'build',
    generateBundle() {
      for (const [folder, pattern] of Object.entries(wanted)) {
        for (const name of readdirSync(`${from}/${folder}`).filter((one) => pattern.test(one))) {
          const fileName = `assets/pdfjs-${version}/${folder}/${name}`;
          this.emitFile({ type: 'asset', fileName, source: readFileSync(`${from}/${folder}/${name}`) });
        }
      }
    },
  };
}

/** Tells the shell's worker what to keep: the page and its code, but not what only documents need. */
function shellFiles(): Plugin {
  return {
    name: 'shell-files',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk') this.error('no sw.js was built');
      const assets = Object.keys(bundle).filter(
        (name) => /^assets\/[^/]+\.(js|css|svg|woff2)$/.test(name) && !/\/(pdf|Pdf)/.test(name),
      );
      const files = ['/', '/manifest.webmanifest', ...assets.map((name) => `/${name}`).sort()];
      const name = createHash('sha256').update(files.join()).digest('hex').slice(0, 12);
      worker.code = `const SHELL=${JSON.stringify({ name, files })};\n${worker.code}`;
    },
  };
}

const server = process.env.TASK_REPORTER_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), keepPlaceholder(), pdfParts(), shellFiles(), budget()],
  worker: { format: 'es' },
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  build: {
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: { polyfill: false }, // where it is not known, parts come one after another
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      input: { index: 'index.html', sw: 'src/shell.worker.ts' },
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        // What every visit needs, in two chunks, of which the libraries change seldom.
        codeSplitting: {
          groups: [
            { name: 'libraries', tags: ['$initial'], test: /node_modules/ },
            { name: 'page', tags: ['$initial'], test: /src.(?!main\.tsx|shell)/ },
          ],
        },
      },
    },
  },
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

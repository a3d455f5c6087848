import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Bytes of gzipped JavaScript that a browser may load to open a room: about two seconds of a weak 4G. */
const limit = 230 * 1024;

/** What is loaded besides what the entry imports: a language, and on desks the panel beside the conversation. */
const languages = ['src/i18n/zh-Hant.ts', 'src/i18n/en.ts'];
const panel = 'src/app/RoomPanel.tsx';

/** Refuses a page that has grown too heavy, and says which of its files weigh how much. */
export function budget(): Plugin {
  return {
    name: 'budget',
    apply: 'build',
    generateBundle: {
      order: 'post', // the names of what each part needs are written into the code last
      handler(_, bundle) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const weight = new Map(chunks.map(({ fileName, code }) => [fileName, gzipSync(code).length]));
        const sum = (files: Set<string>) =>
          [...files].reduce((bytes, file) => bytes + (weight.get(file) ?? 0), 0);

        /** The chunk of a source, and whatever has to be there before it runs. */
        const filesOf = (source: string): string[] => {
          const found = new Set<string>();
          const add = (fileName: string) => {
            if (found.has(fileName)) return;
            found.add(fileName);
            chunks.find((chunk) => chunk.fileName === fileName)?.imports.forEach(add);
          };
          const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/web/${source}`));
          if (chunk === undefined) this.error(`no chunk begins with ${source}`);
          add(chunk.fileName);
          return [...found];
        };

        const [files = new Set<string>()] = languages
          .map((language) => new Set(['index.html', language, panel].flatMap(filesOf)))
          .sort((a, b) => sum(b) - sum(a));
        const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1).padStart(7)} KB`;
        const lines = [...files]
          .sort((a, b) => (weight.get(b) ?? 0) - (weight.get(a) ?? 0))
          .map((file) => `${kilobytes(weight.get(file) ?? 0)}  ${file}`);
        const total = sum(files);
        const table = `JavaScript to open a room, gzipped, of at most ${limit / 1024} KB:\n${lines.join('\n')}\n${kilobytes(total)}`;
        if (total > limit) this.error(table);
        this.info(table);
      },
    },
  };
}

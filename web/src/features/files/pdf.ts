import { getDocument, type PDFDocumentProxy, PDFWorker, version } from 'pdfjs-dist/legacy/build/pdf.mjs';
import Worker from 'pdfjs-dist/legacy/build/pdf.worker.mjs?worker';

/** Where what a PDF may need beside itself lies, on our own origin (vite.config.ts). */
const parts = import.meta.env.DEV ? '/node_modules/pdfjs-dist/' : `/assets/pdfjs-${version}/`;

/** Pixels of one picture in a PDF, and bytes of one canvas: more is a bomb, not a manual. */
const maxImage = 64_000_000;
const maxCanvas = 4 * 32_000_000;

export interface OpenPdf {
  pdf: PDFDocumentProxy;
  close: () => void;
}

/**
 * Reads a PDF in a worker: no scripts, no `eval`, no WebAssembly, no forms, and
 * nothing from the network but our own fonts and character maps.
 */
export async function openPdf(data: Uint8Array): Promise<OpenPdf> {
  const port = new Worker();
  const worker = PDFWorker.create({ port });
  const task = getDocument({
    data,
    worker,
    isEvalSupported: false,
    useWasm: false,
    enableXfa: false,
    cMapUrl: `${parts}cmaps/`,
    standardFontDataUrl: `${parts}standard_fonts/`,
    wasmUrl: `${parts}wasm/`,
    maxImageSize: maxImage,
    canvasMaxAreaInBytes: maxCanvas,
  });
  const close = () => {
    void task.destroy().finally(() => {
      worker.destroy();
      port.terminate();
    });
  };
  try {
    return { pdf: await task.promise, close };
  } catch (error) {
    close();
    throw error;
  }
}

export function needsPassword(error: unknown): boolean {
  return error instanceof Error && error.name === 'PasswordException';
}

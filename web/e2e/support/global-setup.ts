import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Plant } from './people';
import { Server } from './server';

/** One server with an empty data directory for the whole run, and the people who use it. */
export default async function setUp(): Promise<() => Promise<void>> {
  mkdirSync(resolve('test-results'), { recursive: true });
  writeFileSync(resolve('test-results/server.log'), '');
  const dataDir = mkdtempSync(join(tmpdir(), 'task-reporter-e2e-'));
  let server: Server | undefined;
  const stop = async () => {
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    server = await Server.start(dataDir);
    process.env.E2E_PLANT = JSON.stringify({ url: server.url, accounts: server.populate() } satisfies Plant);
  } catch (failure) {
    await stop(); // Playwright runs no tear-down after a set-up that failed
    throw failure;
  }
  return stop;
}

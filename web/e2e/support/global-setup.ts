import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Plant, people, type Username } from './people';

const binary = resolve(process.env.TASK_REPORTER_BIN ?? '../bin/task-reporter');
const log = resolve('test-results/server.log');
/** Milliseconds until the server must answer. */
const patience = 60_000;

/** One server with an empty data directory for the whole run, and the people who use it. */
export default async function setUp(): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'task-reporter-e2e-'));
  const port = await freePort();
  const env = ownEnvironment({
    TASK_REPORTER_LISTEN: `127.0.0.1:${port}`,
    TASK_REPORTER_DATA_DIR: dataDir,
  });
  mkdirSync(resolve('test-results'), { recursive: true });
  const output = openSync(log, 'w');
  const server = spawn(binary, ['serve'], { env, stdio: ['ignore', output, output] });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null && server.pid !== undefined) {
      const ended = new Promise((done) => server.once('exit', done));
      server.kill('SIGTERM');
      await ended;
    }
    rmSync(dataDir, { recursive: true, force: true });
  };

  try {
    await ready(server, url);
    const accounts = {} as Plant['accounts'];
    for (const username of Object.keys(people) as Username[]) accounts[username] = addUser(username, env);
    process.env.E2E_PLANT = JSON.stringify({ url, accounts } satisfies Plant);
  } catch (failure) {
    await stop(); // Playwright runs no tear-down after a set-up that failed
    throw failure;
  }
  return stop;
}

/** Settings of whoever runs the tests, such as a database, must not reach this server. */
function ownEnvironment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(TASK_REPORTER_|MINIO_)/.test(name));
  return { ...Object.fromEntries(inherited), ...settings };
}

function addUser(username: Username, env: NodeJS.ProcessEnv): { userId: string; password: string } {
  const password = randomBytes(18).toString('base64url');
  const { name, role } = people[username];
  const args = [
    'admin',
    'user',
    'add',
    '--username',
    username,
    '--name',
    name,
    '--role',
    role,
    '--password-stdin',
  ];
  const userId = execFileSync(binary, args, { env, input: password, encoding: 'utf8' }).trim();
  return { userId, password };
}

async function ready(server: ChildProcess, url: string): Promise<void> {
  let failure: Error | undefined;
  server.once('error', (error) => {
    failure = error;
  });
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    if (failure !== undefined) throw new Error(`${binary} cannot be started: ${failure.message}`);
    if (server.exitCode !== null) throw new Error(`${binary} ended with ${server.exitCode}, see ${log}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resume) => setTimeout(resume, 100));
  }
  throw new Error(`${url}/readyz was not ready within ${patience / 1000} s, see ${log}`);
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object' ? done(address.port) : fail(address),
      );
    });
  });
}

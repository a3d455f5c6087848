import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import { type Plant, people, type Username } from './people';

const binary = resolve(process.env.TASK_REPORTER_BIN ?? '../bin/task-reporter');
const log = resolve('test-results/browser/server.log'); // Playwright empties the folder before a run
/** Milliseconds until the server must answer. */
const patience = 60_000;

/** One process of the program, on a data directory that may outlive it. */
export class Server {
  private constructor(
    readonly port: number,
    private readonly process: ChildProcess,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  static async start(dataDir: string, settings: Record<string, string> = {}): Promise<Server> {
    const port = await freePort();
    const env = ownEnvironment({
      TASK_REPORTER_LISTEN: `127.0.0.1:${port}`,
      TASK_REPORTER_DATA_DIR: dataDir,
      ...settings,
    });
    mkdirSync(dirname(log), { recursive: true });
    const output = openSync(log, 'a');
    const server = new Server(
      port,
      spawn(binary, ['serve'], { env, stdio: ['ignore', output, output] }),
      env,
    );
    try {
      await ready(server.process, server.url);
    } catch (failure) {
      await server.stop();
      throw failure;
    }
    return server;
  }

  /** Makes everybody who takes part. */
  populate(): Plant['accounts'] {
    const accounts = {} as Plant['accounts'];
    for (const username of Object.keys(people) as Username[]) {
      accounts[username] = addUser(username, this.env);
    }
    return accounts;
  }

  /** Ends the process, and returns when it has ended. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const { process } = this;
    if (process.exitCode !== null || process.signalCode !== null || process.pid === undefined) return;
    const ended = new Promise((done) => process.once('exit', done));
    process.kill(signal);
    await ended;
  }
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

/** A port of this machine that nobody uses. */
export function freePort(): Promise<number> {
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

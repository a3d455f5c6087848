import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server as Listener, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './server';

const patience = 60_000;

/** An object store of a test's own, which it can kill in the middle of a request. */
export class Minio {
  private process: ChildProcess | undefined;
  private listener: Listener | undefined;
  private readonly sockets = new Set<Socket>();
  private awaited: { request: RegExp; come: () => void } | undefined;

  private constructor(
    private readonly dir: string,
    private readonly port: number,
    private readonly front: number,
    private readonly user = randomBytes(12).toString('hex'),
    private readonly password = randomBytes(18).toString('hex'),
  ) {}

  static async open(): Promise<Minio> {
    const dir = mkdtempSync(join(tmpdir(), 'task-reporter-minio-'));
    const store = new Minio(dir, await freePort(), await freePort());
    store.listener = createServer((near) => store.join(near));
    await new Promise<void>((done) => store.listener?.listen(store.front, '127.0.0.1', done));
    await store.start();
    return store;
  }

  /** Settings of a server that keeps its files here. */
  get settings(): Record<string, string> {
    return {
      MINIO_ENDPOINT: `127.0.0.1:${this.front}`,
      MINIO_ACCESS_KEY: this.user,
      MINIO_SECRET_KEY: this.password,
      MINIO_BUCKET: 'evidence',
    };
  }

  async start(): Promise<void> {
    const program = process.env.TEST_MINIO_BIN;
    if (program === undefined) throw new Error('TEST_MINIO_BIN is not set: scripts/test sets it');
    this.process = spawn(
      program,
      ['server', '--quiet', '--config-dir', join(this.dir, 'config')].concat(
        ['--address', `127.0.0.1:${this.port}`],
        join(this.dir, 'data'),
      ),
      {
        stdio: 'ignore',
        env: {
          HOME: this.dir,
          MINIO_ROOT_USER: this.user,
          MINIO_ROOT_PASSWORD: this.password,
          MINIO_CI_CD: '1',
          MINIO_BROWSER: 'off',
          MINIO_UPDATE: 'off',
        },
      },
    );
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/minio/health/ready`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resume) => setTimeout(resume, 100));
    }
    throw new Error('the object store was not ready in time');
  }

  /** Holds back the next request whose first line matches, and resolves when it comes. */
  hold(request: RegExp): Promise<void> {
    return new Promise((come) => {
      this.awaited = { request, come };
    });
  }

  async kill(): Promise<void> {
    const { process } = this;
    if (process?.pid !== undefined && process.exitCode === null && process.signalCode === null) {
      const ended = new Promise((done) => process.once('exit', done));
      process.kill('SIGKILL');
      await ended;
    }
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    await this.kill();
    await new Promise((done) => this.listener?.close(done));
    rmSync(this.dir, { recursive: true, force: true });
  }

  private join(near: Socket): void {
    const far = connect(this.port, '127.0.0.1');
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
        this.sockets.delete(socket);
      });
    }
    far.on('data', (bytes) => near.write(bytes));
    near.on('data', (bytes) => {
      const line = bytes.toString('latin1', 0, 200).split('\r\n', 1)[0] ?? '';
      if (this.awaited?.request.test(line)) {
        near.pause();
        this.awaited.come();
        this.awaited = undefined;
        return;
      }
      far.write(bytes);
    });
  }
}

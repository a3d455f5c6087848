import { type AddressInfo, connect, createServer, type Server as Listener, type Socket } from 'node:net';

interface Pair {
  near: Socket;
  far: Socket;
  uploading: boolean;
}

/**
 * The cable between a page and its server, to be cut, blocked and moved. Only what
 * the page sends in upload requests is counted.
 */
export class Wire {
  private readonly pairs = new Set<Pair>();
  private listener: Listener | undefined;
  private whole = true;
  private left = Number.POSITIVE_INFINITY;
  private blocked: (() => void) | undefined;

  constructor(private port: number) {}

  async open(): Promise<string> {
    const listener = createServer((near) => this.join(near));
    this.listener = listener;
    await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.listener?.close(done));
  }

  /** Lets so many bytes of uploads through, then holds back what follows; resolves when that happens. */
  blockAfter(bytes: number): Promise<void> {
    this.left = bytes;
    return new Promise((done) => {
      this.blocked = done;
    });
  }

  /** All connections break, and no new one is made. */
  cut(): void {
    this.whole = false;
    this.drop();
  }

  /** What was held back is lost; new connections reach the server, on this port from now on. */
  mend(port = this.port): void {
    this.port = port;
    this.whole = true;
    this.left = Number.POSITIVE_INFINITY;
    this.blocked = undefined;
    for (const pair of this.pairs) if (pair.near.isPaused()) end(pair);
  }

  /** All connections break; new ones are made. */
  drop(): void {
    for (const pair of this.pairs) end(pair);
  }

  private join(near: Socket): void {
    if (!this.whole) {
      near.destroy();
      return;
    }
    const far = connect(this.port, '127.0.0.1');
    const pair: Pair = { near, far, uploading: false };
    this.pairs.add(pair);
    for (const socket of [near, far]) {
      socket.on('error', () => end(pair));
      socket.on('close', () => {
        end(pair);
        this.pairs.delete(pair);
      });
    }
    far.on('data', (bytes) => near.write(bytes));
    near.on('data', (bytes) => this.pass(pair, bytes));
  }

  private pass(pair: Pair, bytes: Buffer): void {
    const verb = /^(PATCH|GET|POST|PUT|HEAD|DELETE|OPTIONS) \//.exec(bytes.toString('latin1', 0, 16))?.[1];
    if (verb !== undefined) pair.uploading = verb === 'PATCH';
    if (!pair.uploading) {
      pair.far.write(bytes);
      return;
    }
    const through = Math.min(bytes.length, this.left);
    pair.far.write(bytes.subarray(0, through));
    this.left -= through;
    if (through === bytes.length) return;
    pair.near.pause();
    this.blocked?.();
  }
}

function end({ near, far }: Pair): void {
  near.destroy();
  far.destroy();
}

import { backoff } from './backoff';
import type { ClientFrame, ServerFrame } from './types';

export const subprotocol = 'task-reporter.v1';

/**
 * `connecting`: no ready yet. `waiting`: the next attempt has its time.
 * `refused`: the server said not to come back by itself. `stopped`: nobody is signed in.
 */
export type Link = 'stopped' | 'connecting' | 'live' | 'waiting' | 'refused';

/** What a ticket request came to. */
export type TicketResult = { ticket: string } | 'signed-out' | 'retry';

interface Options {
  url: string;
  ticket: () => Promise<TicketResult>;
  /** After close code 4500: whether the session could be renewed. */
  renew: () => Promise<'ok' | 'refused' | 'unreachable'>;
  onLink: (link: Link, closeCode?: number) => void;
  onFrame: (frame: ServerFrame) => void;
  random?: () => number;
}

/** Milliseconds from the first step to `ready`: past it, the way is blocked somewhere. */
const connectDeadline = 15_000;
/** Milliseconds that a woken phone waits for a sign of life from its old connection. */
const probeDeadline = 4_000;
/** Milliseconds over which those spread who see the network come back in the same instant. */
const herd = 500;

const closeCodes = { sessionEnded: 4500, brokenProtocol: 4502, tooMany: 4503 } as const;
/** From here on a bye names no time to come back at. */
const firstFinalCode = 4500;

/**
 * The one connection of a tab. It keeps itself alive, finds out when the other
 * side has gone silent, and comes back with full jitter; it knows nothing of rooms.
 */
export class Socket {
  private link: Link = 'stopped';
  private ws: WebSocket | undefined;
  private attempt = 0; // names the current connection, so that a late answer of an older one is dropped
  private failures = 0;
  private byeDelay: number | undefined;
  private notBefore = 0; // the time that the server has named, Unix milliseconds
  private retry: ReturnType<typeof setTimeout> | undefined;
  private deadline: ReturnType<typeof setTimeout> | undefined;
  private heart: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;
  private pingedAt = 0;

  constructor(private readonly options: Options) {}

  start(): void {
    if (this.link !== 'stopped') return;
    window.addEventListener('online', this.hurry);
    window.addEventListener('offline', this.drop);
    document.addEventListener('visibilitychange', this.hurry);
    this.connect();
  }

  stop(): void {
    window.removeEventListener('online', this.hurry);
    window.removeEventListener('offline', this.drop);
    document.removeEventListener('visibilitychange', this.hurry);
    this.failures = 0;
    this.leave();
    this.become('stopped');
  }

  /** What the button of the banner does, also after the server refused. */
  reconnect(): void {
    if (this.link === 'stopped' || this.link === 'live' || this.link === 'connecting') return;
    this.failures = 0;
    this.connect();
  }

  /** False when there is no live connection; the caller keeps what it wanted to say. */
  send(frame: ClientFrame): boolean {
    if (this.link !== 'live' || this.ws?.readyState !== WebSocket.OPEN) return false;
    this.ws.send(JSON.stringify(frame));
    return true;
  }

  private readonly hurry = (): void => {
    if (document.visibilityState !== 'visible') return;
    if (this.link === 'waiting' && Date.now() >= this.notBefore) {
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.connect(), (this.options.random ?? Math.random)() * herd);
    }
    if (this.link === 'live') this.probe();
  };

  private probe(): void {
    const heard = this.heardAt;
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => this.heardAt === heard && this.lose(), probeDeadline);
    this.send({ type: 'ping' });
  }

  private readonly drop = (): void => {
    if (this.link === 'live' || this.link === 'connecting') this.lose();
  };

  private become(link: Link, closeCode?: number): void {
    this.link = link;
    this.options.onLink(link, closeCode);
  }

  private connect(): void {
    this.leave();
    this.become('connecting');
    const attempt = this.attempt;
    this.deadline = setTimeout(() => this.lose(), connectDeadline);
    this.options.ticket().then(
      (result) => {
        if (attempt !== this.attempt) return;
        if (result === 'signed-out') this.stop();
        else if (result === 'retry') this.lose();
        else this.open(result.ticket);
      },
      () => attempt === this.attempt && this.lose(),
    );
  }

  private open(ticket: string): void {
    const ws = new WebSocket(this.options.url, subprotocol);
    this.ws = ws;
    ws.onopen = () => ws.send(JSON.stringify({ type: 'auth', ticket } satisfies ClientFrame));
    ws.onmessage = (event: MessageEvent<string>) => {
      this.heardAt = Date.now();
      const frame = JSON.parse(event.data) as ServerFrame;
      if (frame.type === 'ready') this.live(frame.heartbeat_seconds);
      if (frame.type === 'bye' && frame.code < firstFinalCode) this.byeDelay = frame.reconnect_after_ms;
      this.options.onFrame(frame);
    };
    ws.onclose = (event) => this.closed(event.code);
  }

  private live(heartbeatSeconds: number): void {
    clearTimeout(this.deadline);
    this.failures = 0; // here, not on open: a server that accepts and then drops us is no success
    this.pingedAt = 0;
    const silence = heartbeatSeconds * 1000;
    clearInterval(this.heart);
    this.heart = setInterval(() => this.beat(silence), silence / 2);
    this.become('live');
  }

  /**
   * Silence counts from an unanswered ping, not from the clock: timers of a
   * hidden tab run once a minute, and that is no fault of the server.
   */
  private beat(silence: number): void {
    const unanswered = this.pingedAt > 0 && this.heardAt < this.pingedAt;
    if (unanswered && Date.now() - this.pingedAt >= silence) {
      this.lose();
      return;
    }
    if (!unanswered) this.pingedAt = Date.now();
    this.send({ type: 'ping' });
  }

  private closed(code: number): void {
    switch (code) {
      case closeCodes.sessionEnded:
        this.leave();
        this.become('connecting');
        void this.afterSessionEnd(this.attempt);
        return;
      case closeCodes.brokenProtocol:
      case closeCodes.tooMany:
        this.leave();
        this.become('refused', code);
        return;
      default:
        this.lose();
    }
  }

  private async afterSessionEnd(attempt: number): Promise<void> {
    const renewed = await this.options.renew();
    if (attempt !== this.attempt) return;
    if (renewed === 'refused') this.stop();
    else this.lose();
  }

  /**
   * A server that leaves has given each of its clients another time to come back:
   * that one is kept, once, and is no failure.
   */
  private lose(): void {
    const told = this.byeDelay;
    const delay = told ?? backoff(this.failures, this.options.random);
    this.leave();
    this.notBefore = told === undefined ? 0 : Date.now() + told;
    if (told === undefined) this.failures += 1;
    this.become('waiting');
    this.retry = setTimeout(() => this.connect(), delay);
  }

  private leave(): void {
    this.attempt += 1;
    this.byeDelay = undefined;
    clearTimeout(this.retry);
    clearTimeout(this.deadline);
    clearInterval(this.heart);
    const ws = this.ws;
    this.ws = undefined;
    if (ws === undefined) return;
    ws.onopen = null;
    ws.onmessage = null;
    ws.onclose = null;
    ws.close();
  }
}

import type { ClientFrame, ServerFrame } from '@/api/types';

/** The browser's end of a connection whose other end is the test. */
export class FakeWebSocket {
  static readonly OPEN = 1;
  static readonly opened: FakeWebSocket[] = [];

  static get last(): FakeWebSocket {
    const last = FakeWebSocket.opened.at(-1);
    if (last === undefined) throw new Error('no socket was opened');
    return last;
  }

  readonly sent: ClientFrame[] = [];
  readyState = 0;
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeWebSocket.opened.push(this);
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data) as ClientFrame);
  }

  close(): void {
    this.closed = true;
    this.readyState = 3;
  }

  open(): void {
    this.readyState = FakeWebSocket.OPEN;
    this.onopen?.();
  }

  receive(...frames: ServerFrame[]): void {
    for (const frame of frames) this.onmessage?.({ data: JSON.stringify(frame) });
  }

  ready(heartbeatSeconds = 20): void {
    this.open();
    const user = { user_id: 'u-wang', name: '王小明', username: 'wang', system_role: 'USER' } as const;
    this.receive({ type: 'ready', user, heartbeat_seconds: heartbeatSeconds });
  }

  drop(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

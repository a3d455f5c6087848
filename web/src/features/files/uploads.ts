import { createStore } from 'zustand/vanilla';
import { randomId } from '@/api/id';
import type { RoomEvent } from '@/api/types';
import type { Release } from '@/device/turn';
import { refusal } from './allowed';
import type { Kept } from './kept';
import type { Job } from './transfer';
import { comes, failureOf, judge, type Place, SendFailed, type Upload } from './upload';
import type { Chosen } from './useStaged';

/** Uploads that run at once: more only share the same radio. */
export const atOnce = 3;
/** Milliseconds that the ack may take after the last byte before the server is asked. */
export const ackPatience = 8_000;

/** How an upload ended. `already`: the room had this very file, so nothing was sent. */
export type Ending = 'stored' | 'already' | 'failed';

/** The newest ending, for whoever tells people. */
export interface News {
  id: string;
  roomId: string;
  name: string;
  how: Ending;
}

interface State {
  items: Upload[];
  news?: News;
}

/** What the queue works with. */
export interface Parts {
  send: (job: Job) => Promise<'sent' | 'there'>;
  isStored: (roomId: string, fileId: string, signal: AbortSignal) => Promise<boolean>;
  end: (place: Place) => Promise<void>;
  kept: Pick<Kept, 'keep' | 'note' | 'ids' | 'load' | 'drop' | 'dropAll'>;
  claim: (name: string, signal: AbortSignal) => Promise<Release>;
  /** Whether the room's log is followed, so that the message of a stored file is about to appear. */
  isShown: (roomId: string) => boolean;
  /** Says in the room what was written on a file that it had already. */
  say: (roomId: string, text: string) => void;
  random?: () => number;
}

/** What is known of an item beside what is shown. */
interface Course {
  abort?: AbortController; // of the attempt that runs
  timer?: ReturnType<typeof setTimeout>;
  notBefore: number; // Unix milliseconds: the time that the server named
  failures: number; // since the last byte of progress
  accepted: number; // bytes that the server has said it has
  furthest: number; // the most that it ever had: to get there again is no progress
  release?: Release;
}

/**
 * Files on their way into rooms, in the order of choosing, a few at a time. What is
 * interrupted goes on by itself, also after a reload; only the ack, or the room's
 * log, says that a file is stored (F-UP-25 to 28).
 */
export class Uploads {
  readonly store = createStore<State>()(() => ({ items: [] }));
  private readonly courses = new Map<string, Course>();
  private user: string | undefined;
  private session = new AbortController(); // ends with the user's
  private lastAt = 0;

  constructor(private readonly parts: Parts) {}

  /** Goes on with what this user had under way. */
  start(user: string): void {
    if (this.user === user) return;
    this.stop();
    this.user = user;
    this.session = new AbortController();
    window.addEventListener('online', this.hurry);
    window.addEventListener('offline', this.cut);
    document.addEventListener('visibilitychange', this.hurry);
    void this.restore();
  }

  /** Ends all that runs; what is kept stays on this device, unless its owner has left it for good. */
  stop(forget = false): void {
    window.removeEventListener('online', this.hurry);
    window.removeEventListener('offline', this.cut);
    document.removeEventListener('visibilitychange', this.hurry);
    this.session.abort();
    for (const item of this.items()) this.leave(item.id);
    this.store.setState({ items: [], news: undefined });
    if (forget && this.user !== undefined) void this.parts.kept.dropAll(this.user);
    this.user = undefined;
  }

  /** Files of one send, each as soon as it has its form; what was written on a single one is its description. */
  async addAll(roomId: string, files: Promise<Chosen>[], caption = ''): Promise<void> {
    const batch = randomId();
    for (const chosen of files) {
      const { file, description } = await chosen; // in the order of choosing
      this.add(roomId, file, caption === '' ? description : caption, batch);
    }
  }

  add(roomId: string, file: globalThis.File, description = '', batch: string = randomId()): void {
    const code = refusal(file);
    this.lastAt = Math.max(Date.now(), this.lastAt + 1);
    const item: Upload = {
      id: randomId(),
      roomId,
      file,
      description,
      at: this.lastAt,
      batch,
      state: 'queued',
      sent: 0,
    };
    if (code === undefined) void this.keep(item);
    else Object.assign(item, { state: 'failed', trouble: { code, detail: '', status: 0, retryable: false } });
    this.insert(item);
    this.pump();
  }

  /** Whether something of this person would be gone with the page. */
  wouldLose(): boolean {
    const going = this.items().filter(({ state }) => state !== 'stored' && state !== 'failed');
    return going.some(({ kept }) => kept !== true);
  }

  pause(id: string): void {
    const item = this.find(id);
    if (item === undefined || !pausable(item)) return;
    this.halt(id);
    this.change(id, { state: 'paused', sent: this.course(id).accepted, trouble: undefined });
    this.note(id);
    this.pump();
  }

  /** Goes on with a paused one, tries a failed one again, and waits no longer. */
  resume(id: string): void {
    const item = this.find(id);
    if (item === undefined || !['paused', 'failed', 'waiting'].includes(item.state)) return;
    this.halt(id);
    Object.assign(this.course(id), { failures: 0, notBefore: 0 });
    this.change(id, { state: 'queued', trouble: undefined });
    this.note(id);
    this.pump();
  }

  pauseAll(roomId: string): void {
    for (const item of this.ofRoom(roomId).toReversed()) this.pause(item.id); // the next must not start meanwhile
  }

  resumeAll(roomId: string): void {
    for (const item of this.ofRoom(roomId)) if (item.state === 'paused') this.resume(item.id);
  }

  /** Ends an upload here and on the server, or takes a failed one off the screen. */
  cancel(id: string): void {
    const place = this.find(id)?.place;
    this.forget(id);
    if (place !== undefined) void this.parts.end(place);
    this.pump();
  }

  /** The room's log was reset, or is followed no more: what is stored will not be seen in it. */
  forgetStored(roomId: string): void {
    for (const item of this.ofRoom(roomId)) if (item.state === 'stored') this.forget(item.id);
  }

  /** The server says that a file of mine is stored (F-WS-02). */
  acked(fileId: string): void {
    for (const item of this.items()) if (item.place?.fileId === fileId) this.succeed(item, 'stored', true);
  }

  /** Takes what the log says about a file of mine. */
  take(event: RoomEvent): void {
    const fileId = event.type === 'message' ? event.message.metadata?.file_id : undefined;
    if (fileId === undefined) return;
    for (const item of this.items()) {
      if (item.place?.fileId !== fileId) continue;
      if (item.state === 'stored') this.forget(item.id);
      else this.succeed(item, 'stored', false);
    }
  }

  /** There may be a way again: nobody waits any longer, except where the server named a time. */
  readonly hurry = (): void => {
    for (const item of this.items()) {
      if (item.state !== 'waiting' || this.course(item.id).notBefore > Date.now()) continue;
      clearTimeout(this.course(item.id).timer);
      this.change(item.id, { state: 'queued' });
    }
    this.pump();
    void this.restore(); // of a tab that was closed
  };

  private readonly cut = (): void => {
    for (const item of this.items()) {
      if (item.state !== 'sending') continue;
      this.halt(item.id);
      this.fail(item.id, new TypeError('offline'));
    }
  };

  /** Some may be waiting for one that comes back: only what was chosen before it can keep it from going. */
  private pump(): void {
    let before = 0;
    for (const item of this.items()) {
      if (before >= atOnce) return;
      if (item.state === 'queued') void this.run(item);
      else if (item.state !== 'sending') continue;
      before += 1;
    }
  }

  private async run(item: Upload): Promise<void> {
    const { id, roomId, file, description, place, sha256 } = item;
    const abort = new AbortController();
    const { signal } = abort;
    this.course(id).abort = abort;
    this.change(id, { state: 'sending', trouble: undefined });
    try {
      const outcome = await this.parts.send({
        ...{ roomId, file, description, place, sha256, signal },
        turn: () => this.turn(item, signal),
        onSha256: (digest) => this.change(id, { sha256: digest }),
        onPlace: (now) => {
          this.change(id, { place: now });
          this.note(id);
        },
        onProgress: (sent) => !signal.aborted && this.change(id, { sent }),
        onAccepted: (bytes) => !signal.aborted && this.accepted(id, bytes),
      });
      if (signal.aborted) return;
      this.change(id, { state: 'finishing', sent: file.size });
      this.pump(); // the radio is free, the server works
      if (outcome === 'there') await this.confirm(id, signal, place === undefined ? 'already' : 'stored');
      else this.after(id, ackPatience, () => void this.confirm(id, signal, 'stored'));
    } catch (error) {
      if (!signal.aborted) this.fail(id, error);
    }
  }

  /** Resolves when nothing comes any more that was chosen before it for the same send, or with the attempt. */
  private turn({ batch, at }: Upload, signal: AbortSignal): Promise<void> {
    const isFirst = () =>
      !this.items().some((other) => other.batch === batch && other.at < at && comes(other));
    return new Promise((go) => {
      const look = () => {
        if (!signal.aborted && !isFirst()) return;
        leave();
        go();
      };
      const leave = this.store.subscribe(look);
      look();
    });
  }

  private accepted(id: string, bytes: number): void {
    const course = this.course(id);
    course.accepted = bytes;
    if (bytes > course.furthest) Object.assign(course, { furthest: bytes, failures: 0 });
    this.change(id, { sent: bytes });
  }

  /** No ack has come: asks whether the file is there. */
  private async confirm(id: string, signal: AbortSignal, how: Ending): Promise<void> {
    const item = this.find(id);
    if (item?.place === undefined) return;
    try {
      const stored = await this.parts.isStored(item.roomId, item.place.fileId, signal);
      if (signal.aborted) return;
      if (stored) this.succeed(item, how, false);
      else
        this.fail(
          id,
          new SendFailed({ code: 'upload_incomplete', detail: '', status: 409, retryable: false }, true),
        );
    } catch (error) {
      if (!signal.aborted) this.fail(id, error);
    }
  }

  private fail(id: string, error: unknown): void {
    const item = this.find(id);
    if (item === undefined) return;
    const course = this.course(id);
    const failure = failureOf(error);
    const verdict = judge(failure, course.failures, this.parts.random);
    course.failures += 1;
    if (verdict.next === 'failed') {
      this.change(id, { state: 'failed', trouble: failure.trouble });
      this.tell(item, 'failed');
    } else {
      course.notBefore = failure.retryAfter === undefined ? 0 : Date.now() + verdict.after;
      if (verdict.next === 'anew') {
        course.accepted = 0;
        this.change(id, { place: undefined });
        if (item.kept === true) void this.dropIfGone(id);
      }
      this.change(id, { state: 'waiting', sent: course.accepted, trouble: failure.trouble });
      this.after(id, verdict.after, () => {
        this.change(id, { state: 'queued' });
        this.pump();
      });
    }
    this.note(id);
    this.pump();
  }

  /** The server knows it no more: another tab may have cancelled it. */
  private async dropIfGone(id: string): Promise<void> {
    const { user } = this;
    if (user === undefined) return;
    const ids = await this.parts.kept.ids(user);
    if (this.user === user && !ids.includes(id)) this.forget(id);
  }

  private succeed(item: Upload, how: Ending, acked: boolean): void {
    if (item.state === 'stored') return;
    const { id, file, roomId } = item;
    if (acked && this.parts.isShown(roomId)) {
      this.end(id);
      this.change(id, { state: 'stored', sent: file.size, trouble: undefined });
    } else {
      this.forget(id);
    }
    if (how === 'already' && item.description !== '') this.parts.say(roomId, item.description);
    this.tell(item, how);
    this.pump();
  }

  private tell({ id, roomId, file }: Upload, how: Ending): void {
    this.store.setState({ news: { id, roomId, name: file.name, how } });
  }

  private async keep(item: Upload): Promise<void> {
    const { user, session } = this;
    if (user === undefined) return;
    const { id } = item;
    const release = await this.parts.claim(`upload.${id}`, session.signal).catch(() => undefined);
    if (release === undefined || this.find(id) === undefined) {
      release?.();
      return;
    }
    this.course(id).release = release;
    const kept = await this.parts.kept.keep(user, this.find(id) ?? item);
    if (session.signal.aborted) return;
    const now = this.find(id);
    if (now === undefined || now.state === 'stored') {
      void this.parts.kept.drop(user, id); // it was over before it was kept
      return;
    }
    this.change(id, { kept });
    this.note(id);
  }

  private async restore(): Promise<void> {
    const { user, session } = this;
    if (user === undefined) return;
    const ids = await this.parts.kept.ids(user);
    for (const id of ids) {
      if (session.signal.aborted) return;
      if (!this.courses.has(id)) void this.adopt(user, id, session.signal);
    }
  }

  /** Takes a kept upload as soon as no other tab has it. */
  private async adopt(user: string, id: string, signal: AbortSignal): Promise<void> {
    const course = this.course(id); // also: it is asked for
    try {
      course.release = await this.parts.claim(`upload.${id}`, signal);
      const item = await this.parts.kept.load(user, id);
      if (item === undefined || signal.aborted) throw new Error('gone');
      course.accepted = item.sent;
      course.furthest = item.sent;
      this.insert(item);
      this.pump();
    } catch {
      this.leave(id);
    }
  }

  private note(id: string): void {
    const item = this.find(id);
    if (this.user !== undefined && item?.kept === true) void this.parts.kept.note(this.user, item);
  }

  private forget(id: string): void {
    this.end(id);
    this.store.setState(({ items }) => ({ items: items.filter((item) => item.id !== id) }));
  }

  /** Nothing of it is kept any more; only then may another tab look. */
  private end(id: string): void {
    this.halt(id);
    const release = this.courses.get(id)?.release;
    this.courses.delete(id);
    if (this.user !== undefined) void this.parts.kept.drop(this.user, id).then(release);
  }

  /** It is not over, but no more ours. */
  private leave(id: string): void {
    this.halt(id);
    this.courses.get(id)?.release?.();
    this.courses.delete(id);
  }

  /** Stops what runs for an upload. */
  private halt(id: string): void {
    const course = this.courses.get(id);
    clearTimeout(course?.timer);
    course?.abort?.abort();
  }

  private after(id: string, milliseconds: number, act: () => void): void {
    const course = this.course(id);
    clearTimeout(course.timer);
    course.timer = setTimeout(act, milliseconds);
  }

  private course(id: string): Course {
    const known = this.courses.get(id) ?? { notBefore: 0, failures: 0, accepted: 0, furthest: 0 };
    this.courses.set(id, known);
    return known;
  }

  private insert(item: Upload): void {
    this.course(item.id);
    this.store.setState(({ items }) => ({ items: [...items, item].toSorted((a, b) => a.at - b.at) }));
  }

  private items(): Upload[] {
    return this.store.getState().items;
  }

  private ofRoom(roomId: string): Upload[] {
    return this.items().filter((item) => item.roomId === roomId);
  }

  private find(id: string): Upload | undefined {
    return this.items().find((item) => item.id === id);
  }

  private change(id: string, change: Partial<Upload>): void {
    this.store.setState(({ items }) => ({
      items: items.map((item) => (item.id === id ? { ...item, ...change } : item)),
    }));
  }
}

/** What may be halted and go on later; the server does not stop in the middle of storing. */
export function pausable({ state }: Upload): boolean {
  return state === 'queued' || state === 'sending' || state === 'waiting';
}

import { randomUUID } from 'node:crypto';
import { type APIRequestContext, type APIResponse, request } from '@playwright/test';
import type { components } from '../../src/api/schema';
import { plant, type Username } from './people';

type Schemas = components['schemas'];

const csrf = { 'X-Requested-With': 'task-reporter' };

/** Somebody who uses the API directly: sets the scene, or plays the part of an attacker. */
export class Client {
  private constructor(
    readonly http: APIRequestContext,
    readonly userId: string,
  ) {}

  static async of(username: Username): Promise<Client> {
    const { url, accounts } = plant();
    const { userId, password } = accounts[username];
    const plain = await request.newContext({ baseURL: url, extraHTTPHeaders: csrf });
    const login = await plain.post('/api/auth/login', { data: { username, password } });
    if (!login.ok()) throw new Error(`login of ${username}: ${login.status()} ${await login.text()}`);
    const { access_token } = (await login.json()) as Schemas['SignedIn'];
    await plain.dispose();
    const http = await request.newContext({
      baseURL: url,
      extraHTTPHeaders: { ...csrf, Authorization: `Bearer ${access_token}` },
    });
    return new Client(http, userId);
  }

  async declare(room: Schemas['NewRoom']): Promise<Schemas['Room']> {
    const data = { incident_type: 'equipment', severity: 'HIGH', ...room };
    return body(await this.http.post('/api/rooms', { data }));
  }

  async add(roomId: string, userId: string, role: Schemas['Role']): Promise<void> {
    await body(await this.http.post(`/api/rooms/${roomId}/members`, { data: { user_id: userId, role } }));
  }

  async say(roomId: string, text: string): Promise<Schemas['Message']> {
    const data = { client_msg_id: randomUUID(), text };
    return body(await this.http.post(`/api/rooms/${roomId}/messages`, { data }));
  }

  async reply(roomId: string, text: string, replyTo: string): Promise<Schemas['Message']> {
    const data = { client_msg_id: randomUUID(), text, reply_to: replyTo };
    return body(await this.http.post(`/api/rooms/${roomId}/messages`, { data }));
  }

  async room(roomId: string): Promise<Schemas['Room']> {
    return body(await this.http.get(`/api/rooms/${roomId}`));
  }

  /** Reads up to the newest. */
  async read(roomId: string): Promise<void> {
    const { head_seq: seq } = await this.room(roomId);
    const answer = await this.http.put(`/api/rooms/${roomId}/read`, { data: { seq } });
    if (!answer.ok()) throw new Error(`read: ${answer.status()} ${await answer.text()}`);
  }

  async attach(
    roomId: string,
    name: string,
    mimeType: string,
    buffer: Buffer,
    description = '',
  ): Promise<Schemas['File']> {
    const file = { name, mimeType, buffer };
    const multipart: Record<string, string | typeof file> = {};
    if (description !== '') multipart.description = description;
    multipart.file = file; // last
    return body(await this.http.post(`/api/rooms/${roomId}/files`, { multipart }));
  }
}

async function body<T>(response: APIResponse): Promise<T> {
  if (!response.ok()) throw new Error(`${response.url()}: ${response.status()} ${await response.text()}`);
  return (await response.json()) as T;
}

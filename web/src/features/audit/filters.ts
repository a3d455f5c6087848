import type { AuditEntry } from '@/api/types';
import { midnight, readDay } from '@/i18n/days';

/** Rows that are asked for at once. */
export const pageSize = 50;

export const outcomes: readonly AuditEntry['outcome'][] = ['ok', 'refused'];

/** What the address bar says about the trail; absent means no limit. Days are those of this device. */
export interface AuditFilters {
  act?: string;
  /** user_id of who did it */
  user?: string;
  /** How the target begins. */
  target?: string;
  outcome?: AuditEntry['outcome'];
  address?: string;
  /** First and last day, as YYYY-MM-DD. */
  since?: string;
  until?: string;
}

export const noFilters: { [K in keyof Required<AuditFilters>]: undefined } = {
  act: undefined,
  user: undefined,
  target: undefined,
  outcome: undefined,
  address: undefined,
  since: undefined,
  until: undefined,
};

function text(value: unknown, max: number): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, max) : undefined;
}

/** Reads the address bar; what makes no sense is left out rather than refused. */
export function readAuditFilters(search: Record<string, unknown>): AuditFilters {
  const user = text(search.user, 36);
  return {
    act: text(search.act, 50),
    user: user !== undefined && /^[0-9a-f-]{36}$/i.test(user) ? user : undefined,
    target: text(search.target, 200),
    outcome: outcomes.find((one) => one === search.outcome),
    address: text(search.address, 100),
    since: readDay(search.since),
    until: readDay(search.until),
  };
}

/** The filters as the server takes them, for the list and for the export. */
export function auditQuery({ act, user, target, outcome, address, since, until }: AuditFilters) {
  return {
    act,
    user_id: user,
    target,
    outcome,
    address,
    since: midnight(since, 0),
    until: midnight(until, 1),
  };
}

/** A target as text, with the room that it begins with, if any. */
export function partsOf(target: string): { roomId?: string; text: string } {
  const roomId = /^room ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?= |$)/i.exec(target)?.[1];
  return {
    roomId,
    text: roomId === undefined ? target : target.slice('room '.length + roomId.length).trim(),
  };
}

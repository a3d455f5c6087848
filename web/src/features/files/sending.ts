import { ahead } from '@/ui/later';
import type { Job } from './transfer';
import type { Place } from './upload';

const transfer = ahead(() => import('./transfer'));

// As in `transfer`, which comes after the first screen.

export async function send(job: Job): Promise<'sent' | 'there'> {
  return (await transfer()).send(job);
}

export async function isStored(roomId: string, fileId: string, signal: AbortSignal): Promise<boolean> {
  return (await transfer()).isStored(roomId, fileId, signal);
}

export async function end(place: Place): Promise<void> {
  await transfer().then((parts) => parts.end(place), nothing);
}

/** Loads what sending needs, while there is a network to load it over. */
export async function prepare(): Promise<void> {
  await transfer().then((parts) => parts.prepare(), nothing);
}

const nothing = () => undefined; // it is tried again with the next one

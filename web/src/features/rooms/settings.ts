import type { IncidentType, Room, RoomPatch, Severity } from '@/api/types';

/** The fields of a room as a form holds them. */
export interface Draft {
  title: string;
  incident_type: IncidentType;
  severity: Severity;
  site: string;
  line: string;
  station: string;
  equipment: string;
  lot: string;
  description: string;
  line_stopped: boolean;
  /** Digits, as typed. */
  units_at_risk: string;
  tags: string[];
  /** user_id; empty for nobody. */
  assignee: string;
}

export type DraftField = keyof Draft;

export function draftOf(room: Room): Draft {
  const { place } = room;
  return {
    title: room.title,
    incident_type: room.incident_type,
    severity: room.severity,
    site: place.site ?? '',
    line: place.line ?? '',
    station: place.station ?? '',
    equipment: place.equipment ?? '',
    lot: room.lot ?? '',
    description: room.description ?? '',
    line_stopped: room.line_stopped,
    units_at_risk: String(room.units_at_risk),
    tags: room.tags,
    assignee: room.assignee?.user_id ?? '',
  };
}

/** A field as it would be stored, to compare: space around a text does not count. */
function stored(draft: Draft, field: DraftField): string {
  const value = draft[field];
  if (Array.isArray(value)) return value.join('\n');
  return field === 'units_at_risk' ? String(Number(value)) : String(value).trim();
}

/** The fields in which two drafts differ. */
export function differences(a: Draft, b: Draft): DraftField[] {
  return (Object.keys(a) as DraftField[]).filter((field) => stored(a, field) !== stored(b, field));
}

/** What is sent: what was changed, and the version that was seen. Undefined when nothing was. */
export function patchOf(base: Room, draft: Draft): RoomPatch | undefined {
  const changed = new Set(differences(draftOf(base), draft));
  if (changed.size === 0) return undefined;
  const patch: RoomPatch = { version: base.version };
  if (changed.has('title')) patch.title = draft.title.trim();
  if (changed.has('incident_type')) patch.incident_type = draft.incident_type;
  if (changed.has('severity')) patch.severity = draft.severity;
  if (changed.has('lot')) patch.lot = draft.lot.trim();
  if (changed.has('description')) patch.description = draft.description.trim();
  if (changed.has('line_stopped')) patch.line_stopped = draft.line_stopped;
  if (changed.has('units_at_risk')) patch.units_at_risk = Number(draft.units_at_risk);
  if (changed.has('tags')) patch.tags = draft.tags;
  if (changed.has('assignee')) patch.assignee = draft.assignee;
  const parts = ['site', 'line', 'station', 'equipment'] as const;
  if (parts.some((part) => changed.has(part))) {
    patch.place = Object.fromEntries(parts.map((part) => [part, draft[part].trim()]));
  }
  return patch;
}

/**
 * Carries what was typed over to a newer state of the room (F-RM-10): fields that
 * were not touched follow it, the others stay. `contested` are those that were
 * changed on both sides, differently.
 */
export function rebase(draft: Draft, base: Room, latest: Room): { draft: Draft; contested: DraftField[] } {
  const before = draftOf(base);
  const now = draftOf(latest);
  const mine = new Set(differences(before, draft));
  const apart = new Set(differences(now, draft));
  const theirs = differences(before, now);
  const kept = Object.fromEntries([...mine].map((field) => [field, draft[field]]));
  return {
    draft: { ...now, ...kept },
    contested: theirs.filter((field) => mine.has(field) && apart.has(field)),
  };
}

/** Whole numbers that the server takes. */
export function isCount(text: string): boolean {
  return /^\s*\d{1,9}\s*$/.test(text);
}

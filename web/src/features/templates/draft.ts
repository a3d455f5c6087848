import type { Template, TemplateBody } from '@/api/types';

/** A line of a list that can be moved; the key names it while its place changes. */
export interface Line {
  key: number;
  zh: string;
  en: string;
}

export interface Draft extends Omit<TemplateBody, 'version' | 'checklist'> {
  checklist: Line[];
}

export const limits = { name: 80, title: 200, item: 200, items: 50, members: 100 };

let lastKey = 0;

export function newLine(zh = '', en = ''): Line {
  lastKey += 1;
  return { key: lastKey, zh, en };
}

export function draftOf(template?: Template): Draft {
  return {
    name_zh: template?.name_zh ?? '',
    name_en: template?.name_en ?? '',
    title_zh: template?.title_zh ?? '{line} {station} ',
    title_en: template?.title_en ?? '{line} {station} ',
    incident_type: template?.incident_type ?? 'other',
    severity: template?.severity ?? 'MEDIUM',
    members: template?.members ?? [],
    checklist: (template?.checklist ?? []).map(({ zh, en }) => newLine(zh, en)),
    required: template?.required ?? [],
  };
}

/** A list with the line at `from` moved to `to`; as it was where there is no such place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  if (to < 0 || to >= list.length) return next;
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}

export type Gap = 'name_zh' | 'name_en' | 'title_zh' | 'title_en' | `${number}.zh` | `${number}.en`;

/** What is empty and must not be: a template speaks both languages. */
export function gaps(draft: Draft): Set<Gap> {
  const found = new Set<Gap>();
  for (const field of ['name_zh', 'name_en', 'title_zh', 'title_en'] as const) {
    if (draft[field].trim() === '') found.add(field);
  }
  for (const { key, zh, en } of draft.checklist) {
    if (zh.trim() === '') found.add(`${key}.zh`);
    if (en.trim() === '') found.add(`${key}.en`);
  }
  return found;
}

/** What is sent; `version` is of the template that was changed. */
export function bodyOf(draft: Draft, version?: number): TemplateBody {
  return {
    version,
    name_zh: draft.name_zh.trim(),
    name_en: draft.name_en.trim(),
    title_zh: draft.title_zh.trim(),
    title_en: draft.title_en.trim(),
    incident_type: draft.incident_type,
    severity: draft.severity,
    members: draft.members.map(({ user_id, role }) => ({ user_id, role })),
    checklist: draft.checklist.map(({ zh, en }) => ({ zh: zh.trim(), en: en.trim() })),
    required: draft.required,
  };
}

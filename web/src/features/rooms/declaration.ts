import type { Trouble } from '@/api/problem';
import type { NewRoom, Place, Severity, Template } from '@/api/types';
import type { Language } from '@/i18n';
import { fillTitle } from './place';
import { isCount } from './settings';

/** What somebody has entered so far. `title` is empty until they write their own. */
export interface Declaration {
  templateId?: string;
  severity?: Severity;
  title?: string;
  place: Place;
  lot: string;
  description: string;
  lineStopped: boolean;
  /** Digits, as typed; empty for none. */
  units: string;
}

export const bounds = {
  title: 200,
  site: 80,
  line: 80,
  station: 80,
  equipment: 80,
  lot: 80,
  description: 4000,
};
export type BoundedField = keyof typeof bounds;
export type Field = BoundedField | 'template' | 'units_at_risk';
export type RequiredField = Template['required'][number];

/** Every field that a template may require, as the form shows them. */
export const requiredFields: readonly RequiredField[] = [
  'site',
  'line',
  'station',
  'equipment',
  'lot',
  'description',
  'units_at_risk',
];

export type FieldError =
  | { key: 'needTitle' | 'needTemplate' | 'needField' | 'needCount' }
  | { key: 'tooLong'; max: number; count: number };
export type FieldErrors = Partial<Record<Field, FieldError>>;

export function titleOf(declared: Declaration, template: Template | undefined, language: Language): string {
  if (declared.title !== undefined) return declared.title;
  if (template === undefined) return '';
  return fillTitle(language === 'en' ? template.title_en : template.title_zh, declared.place);
}

/** Characters as the server counts them: an emoji is one. */
function length(text: string): number {
  return [...text.trim()].length;
}

/** Whether a form lacks what its template requires; no unit is no answer. */
function lacks(declared: Declaration, field: RequiredField): boolean {
  if (field === 'units_at_risk') return Number(declared.units) === 0;
  if (field === 'lot' || field === 'description') return length(declared[field]) === 0;
  return length(declared.place[field] ?? '') === 0;
}

export function check(declared: Declaration, title: string, template?: Template): FieldErrors {
  const errors: FieldErrors = {};
  if (declared.templateId === undefined) errors.template = { key: 'needTemplate' };
  if (length(title) === 0) errors.title = { key: 'needTitle' };
  for (const field of template?.required ?? []) {
    if (lacks(declared, field)) errors[field] = { key: 'needField' };
  }
  if (declared.units.trim() !== '' && !isCount(declared.units)) errors.units_at_risk = { key: 'needCount' };
  const texts: Record<BoundedField, string> = {
    title,
    site: declared.place.site ?? '',
    line: declared.place.line ?? '',
    station: declared.place.station ?? '',
    equipment: declared.place.equipment ?? '',
    lot: declared.lot,
    description: declared.description,
  };
  for (const [field, max] of Object.entries(bounds) as [BoundedField, number][]) {
    const count = length(texts[field]);
    if (count > max) errors[field] = { key: 'tooLong', max, count };
  }
  return errors;
}

/** The field that the server's refusal is about: its text begins with the field's name. */
export function fieldOf(trouble: Trouble): Exclude<Field, 'template'> | undefined {
  if (trouble.code !== 'invalid') return undefined;
  const name = trouble.detail.split(' ', 1)[0] ?? '';
  return name in bounds || name === 'units_at_risk' ? (name as BoundedField | 'units_at_risk') : undefined;
}

export function requestOf(declared: Declaration, title: string, template: Template): NewRoom {
  const place: Place = {};
  for (const part of ['site', 'line', 'station', 'equipment'] as const) {
    const text = declared.place[part]?.trim();
    if (text) place[part] = text;
  }
  return {
    title: title.trim(),
    template_id: template.template_id,
    severity: declared.severity ?? template.severity,
    place,
    line_stopped: declared.lineStopped,
    ...(Number(declared.units) > 0 ? { units_at_risk: Number(declared.units) } : {}),
    ...(declared.lot.trim() === '' ? {} : { lot: declared.lot.trim() }),
    ...(declared.description.trim() === '' ? {} : { description: declared.description.trim() }),
  };
}

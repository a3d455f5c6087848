// @vitest-environment node
import { describe, expect, test } from 'vitest';
import type { Template } from '@/api/types';
import { bounds, check, type Declaration, fieldOf, requestOf, titleOf } from './declaration';
import { fillTitle } from './place';

const template: Template = {
  template_id: 't1',
  version: 1,
  name_zh: '設備停機',
  name_en: 'Equipment down',
  title_zh: '{line} {station} 設備停機',
  title_en: '{line} {station} equipment down',
  incident_type: 'equipment',
  severity: 'HIGH',
  members: [],
  checklist: [],
  required: [],
  retired: false,
};
const declared: Declaration = {
  templateId: 't1',
  place: { line: ' 三線 ', station: '' },
  lot: ' ',
  description: '',
  lineStopped: true,
  units: '',
};

describe('F-TP-01 the title', () => {
  test('comes from the pattern and the place, in the language on the screen, without holes', () => {
    expect(titleOf(declared, template, 'zh-Hant')).toBe('三線 設備停機');
    expect(titleOf(declared, template, 'en')).toBe('三線 equipment down');
    expect(fillTitle('{line} {station} x', {})).toBe('x');
  });

  test('stays as somebody wrote it', () => {
    expect(titleOf({ ...declared, title: '漏油' }, template, 'zh-Hant')).toBe('漏油');
    expect(titleOf({ ...declared, title: '' }, template, 'zh-Hant')).toBe('');
  });
});

describe('errors stand at their field', () => {
  test('what is missing', () => {
    expect(check({ ...declared, templateId: undefined }, ' ')).toEqual({
      template: { key: 'needTemplate' },
      title: { key: 'needTitle' },
    });
    expect(check(declared, '三線')).toEqual({});
  });

  test('F-TP-02: what the template requires, before anything is sent', () => {
    const strict: Template = { ...template, required: ['station', 'lot', 'units_at_risk'] };
    expect(check(declared, '三線', strict)).toEqual({
      station: { key: 'needField' },
      lot: { key: 'needField' },
      units_at_risk: { key: 'needField' },
    });
    const filled = { ...declared, place: { station: '站 07' }, lot: 'A1', units: '12' };
    expect(check(filled, '三線', strict)).toEqual({});
    expect(requestOf(filled, '三線', strict)).toMatchObject({ units_at_risk: 12, lot: 'A1' });
    expect(check({ ...filled, units: 'x' }, '三線', template)).toEqual({
      units_at_risk: { key: 'needCount' },
    });
  });

  test('what is too long, counted as the server counts', () => {
    expect(check(declared, '😀'.repeat(bounds.title))).toEqual({});
    expect(check({ ...declared, lot: 'x'.repeat(81) }, '油').lot).toEqual({
      key: 'tooLong',
      max: 80,
      count: 81,
    });
  });

  test('what the server refuses', () => {
    const trouble = { code: 'invalid', status: 400, retryable: false } as const;
    expect(fieldOf({ ...trouble, detail: 'line has 90 characters, at most 80 are allowed' })).toBe('line');
    expect(fieldOf({ ...trouble, detail: 'severity must be one of …' })).toBeUndefined();
  });
});

test('only what was entered is sent', () => {
  expect(requestOf(declared, ' 漏油 ', template)).toEqual({
    title: '漏油',
    template_id: 't1',
    severity: 'HIGH',
    place: { line: '三線' },
    line_stopped: true,
  });
});

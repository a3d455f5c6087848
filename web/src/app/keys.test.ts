import { afterEach, describe, expect, test } from 'vitest';
import type { Room } from '@/api/types';
import { askedBy, capsOf, goToRegion, pageKeys } from './keys';
import { nextUnread } from './useGoToRoom';

afterEach(() => document.body.replaceChildren());

function pressed(init: KeyboardEventInit, on: Element = document.body, characters = true) {
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init });
  on.dispatchEvent(event);
  return askedBy(event, characters);
}

function put(html: string): Element {
  document.body.innerHTML = html;
  const first = document.body.firstElementChild;
  if (first === null) throw new Error('nothing was put');
  return first;
}

describe('UX 17: which key asks for what', () => {
  test.each([
    ['Ctrl+K', { key: 'k', ctrlKey: true }, 'jump'],
    ['Ctrl+K with Caps Lock', { key: 'K', ctrlKey: true }, 'jump'],
    ['Alt+Shift+↓', { key: 'ArrowDown', altKey: true, shiftKey: true }, 'nextUnread'],
    ['Alt+Shift+↑', { key: 'ArrowUp', altKey: true, shiftKey: true }, 'previousUnread'],
    ['F6', { key: 'F6' }, 'nextRegion'],
    ['Shift+F6', { key: 'F6', shiftKey: true }, 'previousRegion'],
    ['/', { key: '/' }, 'search'],
    ['/ where a layout has it above 7', { key: '/', shiftKey: true }, 'search'],
    ['?', { key: '?', shiftKey: true }, 'help'],
    ['K alone', { key: 'k' }, undefined],
    ['Ctrl+Shift+K, which is the browser’s', { key: 'K', ctrlKey: true, shiftKey: true }, undefined],
    ['Ctrl+/', { key: '/', ctrlKey: true }, undefined],
    ['Ctrl+F6', { key: 'F6', ctrlKey: true }, undefined],
    ['↓ alone', { key: 'ArrowDown' }, undefined],
  ])('%s', (_, init, asked) => expect(pressed(init)).toBe(asked));

  test.each(['<input>', '<textarea></textarea>', '<select></select>'])(
    'in %s characters are text',
    (html) => {
      const field = put(html);
      expect(pressed({ key: '/' }, field)).toBeUndefined();
      expect(pressed({ key: '?', shiftKey: true }, field)).toBeUndefined();
      expect(pressed({ key: 'k', ctrlKey: true }, field)).toBe('jump');
    },
  );

  test('an input method that is choosing keeps its keys', () => {
    const field = put('<textarea></textarea>');
    expect(pressed({ key: 'k', ctrlKey: true, isComposing: true }, field)).toBeUndefined();
    expect(pressed({ key: 'F6', keyCode: 229 } as KeyboardEventInit, field)).toBeUndefined();
  });

  test.each(['dialog', 'menu'])('a %s keeps its keys', (role) => {
    put(`<div role="${role}"></div>`);
    expect(pressed({ key: 'k', ctrlKey: true })).toBeUndefined();
    expect(pressed({ key: 'F6' })).toBeUndefined();
  });

  test('characters can be switched off, the others stay', () => {
    expect(pressed({ key: '/' }, document.body, false)).toBeUndefined();
    expect(pressed({ key: 'F6' }, document.body, false)).toBe('nextRegion');
  });

  test('the help names what stands on the keys', () => {
    expect(capsOf(pageKeys.jump)).toEqual(['Ctrl', 'K']);
    expect(capsOf(pageKeys.previousUnread)).toEqual(['Alt', 'Shift', '↑']);
    expect(capsOf(pageKeys.help)).toEqual(['?']);
  });
});

test('UX 17: F6 goes round the regions, to what is chosen in each, and back', () => {
  put(`
    <div data-region tabindex="-1" id="list"><a href="#1">甲</a><a href="#2" id="open" aria-current="page">乙</a></div>
    <div data-region tabindex="0" id="log"></div>
    <div data-region><button>送出</button><textarea id="box"></textarea></div>
  `);
  const focused = () => document.activeElement?.id;
  const round = [1, 1, 1, 1].map(() => goToRegion(1) && focused());
  expect(round).toEqual(['open', 'log', 'box', 'open']);
  expect([-1, -1].map(() => goToRegion(-1) && focused())).toEqual(['box', 'log']);
  (document.activeElement as HTMLElement).blur();
  goToRegion(-1);
  expect(focused()).toBe('box');
});

test('a page without regions leaves F6 to the browser', () => {
  expect(goToRegion(1)).toBe(false);
});

describe('UX 17: the next unread room', () => {
  const rooms = [0, 3, 0, 5, 1].map((unread, n) => ({ room_id: `r${n}`, unread_count: unread }) as Room);
  test.each([
    ['down from one', 'r1', 1, 'r3'],
    ['down from the last, round', 'r4', 1, 'r1'],
    ['up from one', 'r3', -1, 'r1'],
    ['up from the first unread, round', 'r1', -1, 'r4'],
    ['down where none is open', undefined, 1, 'r1'],
    ['up where none is open', undefined, -1, 'r4'],
    ['down from a room that the list does not have', 'elsewhere', 1, 'r1'],
  ] as const)('%s', (_, here, step, to) => expect(nextUnread(rooms, here, step)?.room_id).toBe(to));

  test('the open one is no other', () => {
    expect(nextUnread(rooms.slice(0, 2), 'r1', 1)).toBeUndefined();
  });
});

import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { li, member, said, wang } from '@/testing/events';
import { show } from '@/testing/render';
import { Composer, type Mode } from './Composer';

const on = { onDraft: vi.fn(), onSend: vi.fn(), onCancel: vi.fn(), onTyping: vi.fn(), onEditLast: vi.fn() };
const { onSend } = on;
const members = [member(wang, 'OWNER'), member(li, 'EDITOR')];

beforeEach(() => {
  for (const spy of Object.values(on)) spy.mockReset();
});

async function composer(
  more: { hasFiles?: boolean; mode?: Mode; draft?: string; heard?: { text: string } } = {},
): Promise<HTMLElement> {
  show(<Composer draft="" members={members} hasFiles={false} {...on} tools={null} staged={null} {...more} />);
  return screen.findByRole('textbox', { name: '輸入訊息' });
}

describe('Enter', () => {
  test('sends and empties the box', async () => {
    const box = await composer();
    await userEvent.type(box, '先關總閥{Enter}');
    expect(onSend).toHaveBeenCalledExactlyOnceWith('先關總閥', 'TEXT');
    expect(box).toHaveValue('');
  });

  test('with Shift breaks the line', async () => {
    const box = await composer();
    await userEvent.type(box, 'a{Shift>}{Enter}{/Shift}b');
    expect(onSend).not.toHaveBeenCalled();
    expect(box).toHaveValue('a\nb');
  });

  test.each([
    ['isComposing', { isComposing: true, keyCode: 13 }],
    ['keyCode 229', { isComposing: false, keyCode: 229 }],
  ])('that confirms a 注音 candidate (%s) does not send', async (_, how) => {
    const box = await composer();
    await userEvent.type(box, '停機');
    fireEvent.keyDown(box, { key: 'Enter', ...how });
    expect(onSend).not.toHaveBeenCalled();
    fireEvent.keyDown(box, { key: 'Enter', keyCode: 13 });
    expect(onSend).toHaveBeenCalledOnce();
  });
});

describe('what may be sent', () => {
  test('blanks alone may not', async () => {
    const box = await composer();
    await userEvent.type(box, '   {Enter}');
    expect(onSend).not.toHaveBeenCalled();
    expect(screen.getByRole('button', { name: '送出' })).toBeDisabled();
  });

  test('files without a word may', async () => {
    await composer({ hasFiles: true });
    await userEvent.click(screen.getByRole('button', { name: '送出' }));
    expect(onSend).toHaveBeenCalledExactlyOnceWith('', 'TEXT');
  });

  test('8000 characters may, one more may not and is told why', async () => {
    const box = await composer();
    fireEvent.change(box, { target: { value: '油'.repeat(8001) } });
    expect(screen.getByText('訊息太長：最多 8000 個字')).toBeVisible();
    expect(screen.getByRole('button', { name: '送出' })).toBeDisabled();
    fireEvent.change(box, { target: { value: '油'.repeat(8000) } });
    expect(screen.getByRole('button', { name: '送出' })).toBeEnabled();
  });
});

test('F-UI-10: a draft survives leaving the room', async () => {
  const box = await composer({ draft: '寫到' });
  await userEvent.type(box, '一半');
  expect(on.onDraft).toHaveBeenLastCalledWith('寫到一半');
  await userEvent.type(box, '{Enter}');
  expect(on.onDraft).toHaveBeenLastCalledWith('');
});

test('UX 8: what another tab has written stands here, and is not written back', async () => {
  const box = await composer({ draft: '先關', heard: { text: '先關總閥' } });
  expect(box).toHaveValue('先關總閥');
  expect(on.onDraft).not.toHaveBeenCalled();
});

describe('UX 16 the list that an @ opens', () => {
  const options = () => screen.queryAllByRole('option').map((option) => option.textContent);

  test('holds members first, and the box names the active one', async () => {
    const box = await composer();
    await userEvent.type(box, '請 @');
    expect(options()[0]).toContain('王小明');
    expect(options().at(-1)).toContain('所有人');
    const active = document.getElementById(box.getAttribute('aria-activedescendant') ?? '');
    expect(active).toHaveAttribute('aria-selected', 'true');
    expect(document.getElementById(box.getAttribute('aria-controls') ?? '')).toHaveAttribute(
      'role',
      'listbox',
    );
  });

  test('takes the chosen name into the text, and sends nothing by that', async () => {
    const box = await composer();
    await userEvent.type(box, '請 @{ArrowDown}{Enter}來');
    expect(box).toHaveValue('請 @李工 來');
    expect(onSend).not.toHaveBeenCalled();
    expect(options()).toEqual([]);
  });

  test.each([
    ['isComposing', { isComposing: true, keyCode: 13 }],
    ['keyCode 229', { isComposing: false, keyCode: 229 }],
  ])('leaves the keys of 注音 alone (%s)', async (_, how) => {
    const box = await composer();
    await userEvent.type(box, '@');
    for (const key of ['ArrowDown', 'Enter', 'Tab', 'Escape']) fireEvent.keyDown(box, { key, ...how });
    expect(box).toHaveValue('@');
    expect(screen.getAllByRole('option')[0]).toHaveAttribute('aria-selected', 'true');
    expect(onSend).not.toHaveBeenCalled();
  });

  test('closes on Esc and stays closed for this @', async () => {
    const box = await composer();
    await userEvent.type(box, '@李{Escape}工');
    expect(options()).toEqual([]);
    await userEvent.type(box, ' @');
    expect(options()).not.toEqual([]);
  });

  test('by a touch, too', async () => {
    const box = await composer();
    await userEvent.type(box, '@王');
    await userEvent.click(screen.getByRole('option', { name: /王小明/ }));
    expect(box).toHaveValue('@王小明 ');
    expect(box).toHaveFocus();
  });
});

describe('UX 17 keys', () => {
  const { message } = said(5, wang, undefined, { text: '原文' });

  test('ArrowUp in an empty box edits my last message, in a full one it moves the caret', async () => {
    const box = await composer();
    await userEvent.type(box, 'a{ArrowUp}');
    expect(on.onEditLast).not.toHaveBeenCalled();
    await userEvent.clear(box);
    await userEvent.type(box, '{Alt>}{Shift>}{ArrowUp}{/Shift}{/Alt}'); // goes to another room
    expect(on.onEditLast).not.toHaveBeenCalled();
    await userEvent.type(box, '{ArrowUp}');
    expect(on.onEditLast).toHaveBeenCalledOnce();
  });

  test.each(['reply', 'edit'] as const)('Esc cancels a %s', async (kind) => {
    const box = await composer({ mode: { kind, message } });
    await userEvent.type(box, '{Escape}');
    expect(on.onCancel).toHaveBeenCalledOnce();
  });

  test('F-UI-10: an edit begins with its text and leaves the draft alone', async () => {
    const box = await composer({ draft: '草稿', mode: { kind: 'edit', message } });
    expect(box).toHaveValue('原文');
    await userEvent.type(box, '了{Enter}');
    expect(onSend).toHaveBeenCalledExactlyOnceWith('原文了', 'TEXT');
    expect(on.onDraft).not.toHaveBeenCalled();
  });
});

test('F-RT-02: writing is told, an empty box is not', async () => {
  const box = await composer();
  await userEvent.type(box, ' ');
  expect(on.onTyping).not.toHaveBeenCalled();
  await userEvent.type(box, 'a');
  expect(on.onTyping).toHaveBeenCalled();
});

test('F-RT-04: the next message may be a decision; the one after is talk again', async () => {
  const box = await composer();
  await userEvent.click(screen.getByRole('button', { name: '訊息種類：一般訊息' }));
  await userEvent.click(await screen.findByRole('menuitemradio', { name: /決議/ }));
  await userEvent.type(box, '停線到早班{Enter}再說{Enter}');
  expect(onSend.mock.calls).toEqual([
    ['停線到早班', 'DECISION'],
    ['再說', 'TEXT'],
  ]);
});

import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { show } from '@/testing/render';
import { Composer } from './Composer';

const onSend = vi.fn();

beforeEach(() => {
  onSend.mockReset();
  sessionStorage.clear();
});

async function composer(hasFiles = false): Promise<HTMLElement> {
  show(<Composer roomId="r1" hasFiles={hasFiles} onSend={onSend} tools={null} staged={null} />);
  return screen.findByRole('textbox', { name: '輸入訊息' });
}

describe('Enter', () => {
  test('sends and empties the box', async () => {
    const box = await composer();
    await userEvent.type(box, '先關總閥{Enter}');
    expect(onSend).toHaveBeenCalledExactlyOnceWith('先關總閥');
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
    await composer(true);
    await userEvent.click(screen.getByRole('button', { name: '送出' }));
    expect(onSend).toHaveBeenCalledExactlyOnceWith('');
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
  const box = await composer();
  await userEvent.type(box, '寫到一半');
  document.body.innerHTML = '';
  expect(await composer()).toHaveValue('寫到一半');
});

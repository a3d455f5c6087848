import { expect, test } from 'vitest';
import { li, wang } from '@/testing/events';
import { show } from '@/testing/render';
import { TypingLine } from './TypingLine';

const chen = { user_id: 'u-chen', name: '陳工' };
const wu = { user_id: 'u-wu', name: '吳小華' };

test.each([
  ['nobody', [], ''],
  ['one', [li], '李工 正在輸入…'],
  ['three', [li, chen, wang], '李工、陳工、王小明 正在輸入…'],
  ['four', [li, chen, wang, wu], '李工、陳工、王小明 等人正在輸入…'],
])('UX 23: of %s, three at most are named, and nobody is read aloud', async (_, people, line) => {
  const { container } = show(<TypingLine people={people} />);
  await expect.poll(() => container.querySelector('[data-typing]')).not.toBeNull();
  const shown = container.querySelector('[data-typing]');
  expect(shown).toHaveTextContent(line);
  expect(shown).toHaveAttribute('aria-live', 'off');
  expect(shown?.closest('[role="log"], [role="status"]')).toBeNull();
});

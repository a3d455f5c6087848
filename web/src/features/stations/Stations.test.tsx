import { screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { show } from '@/testing/render';
import { Stations } from './Stations';

test('UX 22 stations: without any, says so and what to do next; each has a card', async () => {
  const { unmount } = show(<Stations sheet={{ site: '一廠' }} mayPrint onChange={vi.fn()} />);
  expect(await screen.findByText('還沒有站別')).toBeInTheDocument();
  expect(screen.getByText(/在上方輸入站別/)).toBeInTheDocument();
  expect(screen.getByRole('button', { name: '列印' })).toBeDisabled();
  unmount();

  show(<Stations sheet={{ site: '一廠', station: ['站 01', '站 02'] }} mayPrint onChange={vi.fn()} />);
  const cards = within(await screen.findByRole('list', { name: '要列印的站別' }));
  expect(cards.getAllByRole('listitem')).toHaveLength(2);
  expect(screen.queryByText('還沒有站別')).not.toBeInTheDocument();
});

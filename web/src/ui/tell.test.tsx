import { fireEvent, screen, waitForElementToBeRemoved } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { show } from '@/testing/render';
import { opener } from './later';
import { Told } from './Told';
import { tellFailure } from './tell';

vi.mock('@mantine/notifications', () => {
  throw new Error('lost');
});

test('what is said is shown for a moment also where the network has lost what shows it', async () => {
  show(<Told />);
  tellFailure('沒有修改', '系統忙碌，請稍候再試。');
  expect(await screen.findByRole('alert')).toHaveTextContent('沒有修改系統忙碌，請稍候再試。');
  await waitForElementToBeRemoved(() => screen.queryByRole('alert'));
});

test('what is pressed and lost says that it needs the network, and opens at the next press', async () => {
  const load = vi
    .fn<() => Promise<() => React.ReactNode>>()
    .mockRejectedValueOnce(new Error('lost'))
    .mockResolvedValue(() => <p>here</p>);
  const Menu = opener('menu', load);
  show(
    <>
      <Told />
      <Menu button={<button type="button">更多</button>} />
    </>,
  );
  const press = async () => fireEvent.click(await screen.findByRole('button', { name: '更多' }));
  await press();
  expect(
    await screen.findByText('這個部分沒有載入，需要網路。連上後仍未開啟時，請重新載入頁面。'),
  ).toBeInTheDocument();
  await press();
  expect(await screen.findByText('here')).toBeInTheDocument();
});

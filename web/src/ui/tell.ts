import type { NotificationData } from '@mantine/notifications';
import i18next from 'i18next';
import { createStore } from 'zustand/vanilla';

type Notice = Pick<NotificationData, 'color' | 'title' | 'message'>;

interface Said {
  /** Until anything was said, the page does without the code that shows it. */
  any: boolean;
  /** What is shown without that code, because the network has lost it. */
  plain?: Notice;
}

export const said = createStore<Said>()(() => ({ any: false }));

/** Milliseconds for which something is shown. */
export const shownFor = 4_000;

async function show(notice: Notice): Promise<void> {
  const code = await import('@mantine/notifications').catch(() => undefined);
  if (code === undefined) {
    said.setState({ plain: notice });
    setTimeout(() => said.setState({ plain: undefined }), shownFor);
    return;
  }
  said.setState({ any: true });
  code.notifications.show({ closeButtonProps: { 'aria-label': i18next.t('app.close') }, ...notice });
}

/** Says for a moment that something was done. */
export function tell(message: string): void {
  void show({ message });
}

/** Says for a moment that something was not done, and why. */
export function tellFailure(title: string, message: string): void {
  void show({ color: 'red', title, message });
}

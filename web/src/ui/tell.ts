import type { NotificationData } from '@mantine/notifications';
import i18next from 'i18next';
import { createStore } from 'zustand/vanilla';

/** Whether anything was said yet: until then the page does without the code that shows it. */
export const said = createStore<{ any: boolean }>()(() => ({ any: false }));

async function show(notice: NotificationData): Promise<void> {
  said.setState({ any: true });
  const { notifications } = await import('@mantine/notifications');
  notifications.show({ closeButtonProps: { 'aria-label': i18next.t('app.close') }, ...notice });
}

/** Says for a moment that something was done. */
export function tell(message: string): void {
  void show({ message });
}

/** Says for a moment that something was not done, and why. */
export function tellFailure(title: string, message: string): void {
  void show({ color: 'red', title, message });
}

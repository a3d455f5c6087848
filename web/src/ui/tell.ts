import { notifications } from '@mantine/notifications';
import i18next from 'i18next';

/** Says for a moment that something was done. */
export function tell(message: string): void {
  notifications.show({ message, closeButtonProps: { 'aria-label': i18next.t('app.close') } });
}

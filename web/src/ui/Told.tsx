import { useStore } from 'zustand';
import { later } from './later';
import { said } from './tell';

const Notifications = later(async () => (await import('@mantine/notifications')).Notifications);

/** Where `tell` shows what it says. */
export function Told() {
  const any = useStore(said, (state) => state.any);
  return any && <Notifications position="top-center" autoClose={4000} />;
}

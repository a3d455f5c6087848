import { useStore } from 'zustand';
import { later } from './later';
import classes from './Told.module.css';
import { said, shownFor } from './tell';

const Notifications = later(async () => (await import('@mantine/notifications')).Notifications);

/** Where `tell` shows what it says. */
export function Told() {
  const { any, plain } = useStore(said);
  return (
    <>
      {any && <Notifications position="top-center" autoClose={shownFor} />}
      {plain && (
        <p className={classes.plain} role="alert">
          {plain.title && <strong>{plain.title}</strong>}
          {plain.message}
        </p>
      )}
    </>
  );
}

import { Outlet } from '@tanstack/react-router';
import { useSession } from '@/api/session';
import classes from './Admin.module.css';
import { AdminNav } from './AdminLinks';

/** The frame around the screens for administrators and auditors; each says itself whom it refuses. */
export function AdminArea() {
  const user = useSession((session) => session.user);
  return (
    user && (
      <div className={classes.area}>
        <AdminNav user={user} />
        <Outlet />
      </div>
    )
  );
}

import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Palette } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useSession } from '@/api/session';
import { OwnSessions, OwnTokens } from '@/features/access';
import { Account } from '@/features/auth';
import classes from './Admin.module.css';
import { AdminLinks } from './AdminLinks';
import { AlarmSwitch } from './AlarmSwitch';
import { useUnsent } from './useLive';

/** Who I am, what I chose, and where else I am signed in. */
export function MePage() {
  const { t } = useTranslation();
  const user = useSession((session) => session.user);
  const unsent = useUnsent();
  if (user === undefined) return null; // in the instant of signing out
  return (
    <div className={classes.me}>
      <div className={classes.columns}>
        <h1 className="sr-only">{t('app.me')}</h1>
        <div className={classes.account}>
          <Account user={user} unsent={unsent}>
            <AlarmSwitch />
          </Account>
          <AdminLinks user={user} />
          <Button
            variant="default"
            justify="start"
            leftSection={<Palette size={18} aria-hidden />}
            renderRoot={(props) => <Link to="/design" {...props} />}
          >
            {t('design.title')}
          </Button>
        </div>
        <div className={classes.access}>
          <OwnSessions />
          <OwnTokens user={user} />
        </div>
      </div>
    </div>
  );
}

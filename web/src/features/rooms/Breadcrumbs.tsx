import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room } from '@/api/types';
import classes from './Breadcrumbs.module.css';

/** Site › Line › Station › INC-…; a part of the place shows its incidents. */
export function Breadcrumbs({ room }: { room: Room }) {
  const { t } = useTranslation();
  const { site, line, station } = room.place;
  const parts = Object.entries({ site, line, station });
  return (
    <nav className={classes.trail} aria-label={t('app.breadcrumbs')}>
      <ol>
        {parts.map(
          ([kind, part]) =>
            part && (
              <Fragment key={kind}>
                <li>
                  <Link to="/rooms" search={{ q: part }}>
                    {part}
                  </Link>
                </li>
                <li aria-hidden>›</li>
              </Fragment>
            ),
        )}
        <li aria-current="page" className="figures">
          {room.number}
        </li>
      </ol>
    </nav>
  );
}

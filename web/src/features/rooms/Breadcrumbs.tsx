import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room } from '@/api/types';
import classes from './Breadcrumbs.module.css';

/** Site › Line › Station › INC-…; a part shows its incidents, where the list can be filtered by it. */
export function Breadcrumbs({ room }: { room: Room }) {
  const { t } = useTranslation();
  const { site, line, station } = room.place;
  const parts = [
    { kind: 'site', part: site },
    { kind: 'line', part: line, filters: { line } },
    { kind: 'station', part: station, filters: { line, q: station } },
  ];
  return (
    <nav className={classes.trail} aria-label={t('app.breadcrumbs')}>
      <ol>
        {parts.map(
          ({ kind, part, filters }) =>
            part && (
              <Fragment key={kind}>
                <li>
                  {filters === undefined ? (
                    part
                  ) : (
                    <Link to="/rooms" search={filters}>
                      {part}
                    </Link>
                  )}
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

import { ActionIcon, Button, CloseButton, Menu } from '@mantine/core';
import {
  Archive,
  ArrowRight,
  Ban,
  Copy,
  EllipsisVertical,
  type LucideIcon,
  RotateCcw,
  Settings2,
} from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room, Status } from '@/api/types';
import { MenuEntry } from '@/ui/MenuEntry';
import classes from './Actions.module.css';
import { ChangeTrouble } from './ChangeTrouble';
import { type Ending, type May, moveOf, movesOf, noAnswers, questions } from './moves';
import { useMove } from './useMove';

const MoveDialog = lazy(() => import('./MoveDialog').then((module) => ({ default: module.MoveDialog })));

const icons: Record<Ending['to'], LucideIcon> = {
  IN_PROGRESS: RotateCcw,
  DUPLICATE: Copy,
  CANCELLED: Ban,
  ARCHIVED: Archive,
};

interface Props {
  room: Room;
  may: May;
  onSettings: () => void;
}

/** What one does with an incident: the next step as a large button, the rest in a menu (UX 18, 20). */
export function Actions({ room, may, onSettings }: Props) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<Status>();
  const { move, isPending, error, seen, reset } = useMove(room);
  const { next, steps, endings } = movesOf(may, room);
  const archived = room.status === 'ARCHIVED';

  const go = (to: Status) => {
    reset();
    if (questions(room, to).length > 0) setAsking(to);
    else move(moveOf(room, to, noAnswers));
  };

  return (
    <>
      <div className={classes.actions}>
        {next !== undefined && (
          <Button
            className={classes.next}
            loading={isPending}
            onClick={() => go(next)}
            rightSection={<ArrowRight size={18} aria-hidden />}
          >
            {t(`rooms.move.${next}`)}
          </Button>
        )}
        {may('status') && (
          <Menu position="bottom-end" width={280} shadow="md">
            <Menu.Target>
              <ActionIcon className={classes.more} variant="default" size={36} aria-label={t('rooms.more')}>
                <EllipsisVertical size={20} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown className={classes.menu}>
              {steps.map((to) => (
                <MenuEntry key={to} icon={ArrowRight} label={t(`rooms.move.${to}`)} onSelect={() => go(to)} />
              ))}
              {steps.length > 0 && <Menu.Divider />}
              <MenuEntry
                icon={Settings2}
                label={t('rooms.settings')}
                why={archived ? t('rooms.closedBecause.archived') : undefined}
                onSelect={onSettings}
              />
              {endings.map(({ to, why }) => (
                <MenuEntry
                  key={to}
                  icon={icons[to]}
                  label={t(`rooms.move.${to === 'IN_PROGRESS' ? 'reopen' : to}`)}
                  why={why && t(`rooms.closedBecause.${why}`)}
                  onSelect={() => go(to)}
                />
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {error !== undefined && (
        <div className={classes.trouble}>
          <ChangeTrouble title={t('rooms.moveFailed')} error={error} seen={seen} version={room.version} />
          <CloseButton aria-label={t('app.close')} onClick={reset} />
        </div>
      )}
      {asking !== undefined && (
        <Suspense fallback={null}>
          <MoveDialog room={room} to={asking} onClose={() => setAsking(undefined)} />
        </Suspense>
      )}
    </>
  );
}

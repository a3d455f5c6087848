import { Menu } from '@mantine/core';
import { Archive, ArrowRight, Ban, Copy, type LucideIcon, RotateCcw, Settings2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Room, Status } from '@/api/types';
import { type Popup, useOpened } from '@/ui/later';
import { MenuEntry } from '@/ui/MenuEntry';
import classes from './Actions.module.css';
import { type Ending, type May, movesOf } from './moves';

const icons: Record<Ending['to'], LucideIcon> = {
  IN_PROGRESS: RotateCcw,
  DUPLICATE: Copy,
  CANCELLED: Ban,
  ARCHIVED: Archive,
};

interface Props {
  room: Room;
  may: May;
  onMove: (to: Status) => void;
  onSettings: () => void;
}

/** What one does with an incident besides the next step; what is not allowed now says why. */
export const ActionsMenu: Popup<Props> = ({ room, may, onMove, onSettings, button }) => {
  const { t } = useTranslation();
  const { opened, setOpened, target } = useOpened(button);
  const { steps, endings } = movesOf(may, room);
  const archived = room.status === 'ARCHIVED';
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-end" width={280} shadow="md">
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown className={classes.menu}>
        {steps.map((to) => (
          <MenuEntry key={to} icon={ArrowRight} label={t(`rooms.move.${to}`)} onSelect={() => onMove(to)} />
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
            onSelect={() => onMove(to)}
          />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};

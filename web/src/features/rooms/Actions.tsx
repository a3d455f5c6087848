import { ActionIcon, Button, CloseButton } from '@mantine/core';
import { ArrowRight, EllipsisVertical } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room, Status } from '@/api/types';
import { later, opener } from '@/ui/later';
import classes from './Actions.module.css';
import { ChangeTrouble } from './ChangeTrouble';
import { type May, moveOf, movesOf, noAnswers, questions } from './moves';
import { useMove } from './useMove';

const ActionsMenu = opener('menu', async () => (await import('./ActionsMenu')).ActionsMenu);
const MoveDialog = later(async () => (await import('./MoveDialog')).MoveDialog);

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
  const { next } = movesOf(may, room);

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
          <ActionsMenu
            room={room}
            may={may}
            onMove={go}
            onSettings={onSettings}
            button={
              <ActionIcon className={classes.more} variant="default" size={36} aria-label={t('rooms.more')}>
                <EllipsisVertical size={20} aria-hidden />
              </ActionIcon>
            }
          />
        )}
      </div>
      {error !== undefined && (
        <div className={classes.trouble}>
          <ChangeTrouble title={t('rooms.moveFailed')} error={error} seen={seen} version={room.version} />
          <CloseButton aria-label={t('app.close')} onClick={reset} />
        </div>
      )}
      {asking !== undefined && <MoveDialog room={room} to={asking} onClose={() => setAsking(undefined)} />}
    </>
  );
}

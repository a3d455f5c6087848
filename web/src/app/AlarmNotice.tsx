import { CloseButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { BellRing } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { placeText } from '@/features/rooms';
import classes from './Alarm.module.css';
import { useLive } from './useLive';

/** The new CRITICAL incidents: each stays until it is opened or somebody says that they know. */
export function AlarmNotice({ roomId }: { roomId?: string }) {
  const { t } = useTranslation();
  const { alarm } = useLive();
  const rooms = useStore(alarm.store, (state) => state.rooms);
  const here = rooms.some((room) => room.room_id === roomId);
  useEffect(() => {
    if (here && roomId !== undefined) alarm.seen(roomId);
  }, [alarm, here, roomId]);
  if (rooms.length === 0) return null;
  return (
    <div className={classes.alarms} role="alert">
      {rooms.map((room) => (
        <div key={room.room_id} className={classes.alarm}>
          <BellRing size={22} aria-hidden />
          <Link to="/rooms/$roomId" params={{ roomId: room.room_id }}>
            <span>{t('alarm.notice')}</span>
            <strong>{room.title}</strong>
            <span className="figures">
              {[placeText(room.place), room.number].filter(Boolean).join(' · ')}
            </span>
          </Link>
          <CloseButton
            size="lg"
            aria-label={t('alarm.dismiss', { number: room.number })}
            onClick={() => alarm.seen(room.room_id)}
          />
        </div>
      ))}
    </div>
  );
}

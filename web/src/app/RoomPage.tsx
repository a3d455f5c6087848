import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { DoorOpen, Lock } from 'lucide-react';
import { useDeferredValue, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { roomQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { Room, User } from '@/api/types';
import { type EvidenceFilter, ViewerProvider } from '@/features/files';
import { can } from '@/features/members';
import { type May, RoomHeader, Settings } from '@/features/rooms';
import { later } from '@/ui/later';
import { Notice } from '@/ui/Notice';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { TroubleText } from '@/ui/TroubleText';
import { useAfter } from '@/ui/useAfter';
import { useScreen } from '@/ui/useScreen';
import { Waiting } from '@/ui/Waiting';
import { LinkPill } from './LinkState';
import classes from './RoomPage.module.css';
import { RoomTalk } from './RoomTalk';
import { useLastRoom } from './useLast';
import { useDraftsRead, useLive } from './useLive';
import { useRoomLog } from './useRoomLog';

const RoomPanel = later(async () => (await import('./RoomPanel')).RoomPanel, Waiting);
const RoomSheet = later(async () => (await import('./RoomSheet')).RoomSheet);

/** The tabs of the panel beside a room; on phones and tablets it is a sheet, open when one is named. */
export const panels = ['details', 'members', 'files', 'checklist'] as const;
export type Panel = (typeof panels)[number];

export function RoomPage({ user }: { user: User }) {
  const { roomId } = useParams({ from: '/in/rooms/$roomId' });
  const { t } = useTranslation();
  const room = useQuery(roomQuery(roomId));
  const slow = useAfter(room.isPending, 200);
  const draftsRead = useDraftsRead();
  useLastRoom(roomId, room);

  if (room.isError && troubleOf(room.error).status === 403) {
    if (room.data !== undefined) return <NoMoreMember room={room.data} />;
    return (
      <Notice icon={Lock} title={t('rooms.forbidden')} bad hint={<Refusal error={room.error} />}>
        <Button renderRoot={(props) => <Link to="/rooms" {...props} />}>{t('app.toList')}</Button>
      </Notice>
    );
  }
  if (room.data === undefined && room.isError) {
    return (
      <TroubleNotice title={t('rooms.roomFailed')} error={room.error} retry={() => void room.refetch()} />
    );
  }
  if (room.data === undefined || !draftsRead) return slow ? <RoomSkeleton /> : null;
  return <OpenRoom key={roomId} room={room.data} user={user} />;
}

function OpenRoom({ room, user }: { room: Room; user: User }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const live = useLive();
  const screen = useScreen();
  useTitle(`${room.number} ${room.title}`);
  const { panel, at, filetype, by, name } = useSearch({ from: '/in/rooms/$roomId' });
  const log = useRoomLog(room, at);
  const reading = useDeferredValue(!log.query.isPending); // the conversation first, then what stands beside it
  const show = (next: Panel | undefined, replace: boolean) =>
    void navigate({ to: '.', search: (before) => ({ ...before, panel: next }), replace });

  const [sheet, setSheet] = useState(false);
  if (panel !== undefined && !sheet) setSheet(true); // it stays, to close as it opened
  const [editing, setEditing] = useState(false);
  const [draft, setDraft] = useState(0);
  const quote = (text: string) => {
    live.drafts.addText(room.room_id, text);
    setDraft((before) => before + 1);
    show(screen === 'desk' ? panel : undefined, true);
  };
  const may: May = (act) => can(user, room.my_role, act);

  const content = (
    <RoomPanel
      room={room}
      user={user}
      may={may}
      panel={panel ?? 'details'}
      onPanel={(next) => show(next, true)}
      filter={{ filetype, by, name }}
      onFilter={(change: EvidenceFilter) =>
        void navigate({ to: '.', search: (before) => ({ ...before, ...change }), replace: true })
      }
      onSettings={() => setEditing(true)}
      onLeft={() =>
        void navigate({ to: '/rooms', search: ({ panel: _, ...before }) => before, replace: true })
      }
    />
  );
  return (
    <ViewerProvider
      roomId={room.room_id}
      pictures={log.pictures}
      onQuote={room.status !== 'ARCHIVED' && may('post') ? quote : undefined}
    >
      <div className={classes.room}>
        <RoomHeader
          room={room}
          link={screen === 'phone' && <LinkPill compact />}
          onPanel={screen === 'desk' ? undefined : () => show('details', false)}
          may={may}
          onSettings={() => setEditing(true)}
        />
        <div className={classes.body}>
          <RoomTalk room={room} user={user} log={log} draft={draft} />
          {screen === 'desk' && (
            <aside className={classes.aside} aria-label={t('details.panel')} data-region tabIndex={-1}>
              {reading ? content : <Waiting />}
            </aside>
          )}
        </div>
      </div>
      {screen !== 'desk' && sheet && (
        <RoomSheet screen={screen} opened={panel !== undefined} onClose={() => show(undefined, true)}>
          {content}
        </RoomSheet>
      )}
      {editing && <Settings room={room} may={may} onClose={() => setEditing(false)} />}
    </ViewerProvider>
  );
}

/** Somebody took me out of the room while I was reading (F-MB-05). */
function NoMoreMember({ room }: { room: Room }) {
  const { t } = useTranslation();
  return (
    <Notice
      icon={DoorOpen}
      title={t('rooms.removed')}
      bad
      hint={t('rooms.removedHint', { number: room.number, title: room.title })}
    >
      <Button renderRoot={(props) => <Link to="/rooms" {...props} />}>{t('app.toList')}</Button>
    </Notice>
  );
}

/** Names the browser's tab while a room is open. */
function useTitle(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = title;
    return () => {
      document.title = before;
    };
  }, [title]);
}

function Refusal({ error }: { error: unknown }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t('rooms.forbiddenHint')}</p>
      <p className={classes.small}>
        <TroubleText trouble={troubleOf(error)} />
      </p>
    </>
  );
}

function RoomSkeleton() {
  const { t } = useTranslation();
  return (
    <div className={classes.skeleton} role="status" aria-label={t('app.loading')}>
      <Skeleton height={48} />
      <Skeleton height={40} width="60%" />
      <Skeleton height={40} width="45%" />
      <Skeleton height={40} width="70%" />
    </div>
  );
}

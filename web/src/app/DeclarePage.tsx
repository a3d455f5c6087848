import { useMemo, useRef } from 'react';
import type { Place, Room, User } from '@/api/types';
import { beingDeclared, DropTarget, FilePickers, StagedFiles, useStaged } from '@/features/files';
import { can } from '@/features/members';
import { Declare } from '@/features/rooms/Declare';
import { useLive } from './useLive';

interface Props {
  user: User;
  place: Place;
  onDeclared: (room: Room) => void;
}

/** A declaration, and the photos that were taken before there is a room for them. */
export function DeclarePage({ user, place, onDeclared }: Props) {
  const live = useLive();
  const staged = useStaged(useMemo(() => live.trays.of(beingDeclared), [live]));
  const now = useRef(staged); // the answer may take as long as the network does
  now.current = staged;
  const allowed = can(user, undefined, 'declare');
  return (
    <DropTarget enabled={allowed} onFiles={staged.add}>
      <Declare
        place={place}
        allowed={allowed}
        tools={<FilePickers onFiles={staged.add} />}
        staged={staged.files.length > 0 && <StagedFiles staged={staged} />}
        onDeclared={(room) => {
          void live.uploads.addAll(room.room_id, now.current.take('goes'));
          onDeclared(room);
        }}
      />
    </DropTarget>
  );
}

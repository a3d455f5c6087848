import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { membersQuery } from '@/api/keys';
import type { Member, Reference, Room, User } from '@/api/types';
import { Composer, Conversation, type Kind, TypingLine } from '@/features/chat';
import {
  Attachment,
  DropTarget,
  FilePickers,
  maxDescription,
  StagedFiles,
  UploadList,
  useStaged,
} from '@/features/files';
import { can } from '@/features/members';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { useAfter } from '@/ui/useAfter';
import { AsOf } from './LinkState';
import classes from './RoomPage.module.css';
import { useLink, useLive, usePending, useTyping, useUploads } from './useLive';
import type { RoomLog } from './useRoomLog';
import { useWriting } from './useWriting';

interface Props {
  room: Room;
  user: User;
  log: RoomLog;
  /** Changes when the draft was changed from outside: the composer reads it again. */
  draft: number;
}

const noMembers: Member[] = [];

/** The conversation and what one adds to it. */
export function RoomTalk({ room, user, log, draft }: Props) {
  const { t } = useTranslation();
  const roomId = room.room_id;
  const byKey = useLocation({ select: ({ state }) => state.write });
  const live = useLive();
  const { link } = useLink();
  const pending = usePending(roomId);
  const uploads = useUploads(roomId);
  const typing = useTyping(roomId);
  const members = useQuery(membersQuery(roomId)).data?.members ?? noMembers;
  const { query } = log;
  const slow = useAfter(query.isPending, 200);
  const staged = useStaged(useMemo(() => live.trays.of(roomId), [live, roomId]));
  const writing = useWriting(room, user, members, query.data);

  const open = room.status !== 'ARCHIVED';
  const mayPost = open && can(user, room.my_role, 'post');
  const mayUpload = open && can(user, room.my_role, 'upload');
  const mayReact = open && can(user, room.my_role, 'react');

  const send = (text: string, kind: Kind) => {
    if (writing.save(text)) return;
    const single = staged.ready === 1 && writing.mode === undefined && kind === 'TEXT';
    const caption = single && [...text].length <= maxDescription ? text.trim() : '';
    if (caption === '' && text.trim() !== '') writing.say(text, kind);
    void live.uploads.addAll(roomId, staged.take(), caption);
  };
  const attachment = useCallback(
    (reference: Reference) => (
      <Attachment roomId={roomId} reference={reference} removed={reference.deleted === true} />
    ),
    [roomId],
  );
  const keepDraft = useCallback((text: string) => live.drafts.write(roomId, { text }), [live, roomId]);
  const retry = useCallback((id: string) => live.outbox.retry(id), [live]);
  const discard = useCallback((id: string) => live.outbox.discard(id), [live]);

  return (
    <DropTarget enabled={mayUpload} onFiles={staged.add} className={classes.talk}>
      <AsOf name={roomId} />
      {query.isError && query.data === undefined && (
        <TroubleNotice title={t('chat.failed')} error={query.error} retry={() => void query.refetch()} />
      )}
      {query.isPending && slow && <LogSkeleton />}
      {query.data !== undefined ? (
        <Conversation
          log={query.data}
          room={room}
          members={members}
          me={user}
          mayPost={mayPost}
          mayReact={mayReact}
          mayDeleteAny={deleteAny(room, user)}
          reply={writing.reply}
          edit={writing.edit}
          jump={log.jump}
          attachment={attachment}
          pending={pending}
          connected={link === 'live'}
          unreadFrom={log.unreadFrom}
          goal={log.goal}
          older={log.older}
          newer={log.newer}
          onLatest={log.latest}
          onSeen={log.seen}
          onGrown={log.readingAt}
          onRetry={retry}
          onDiscard={discard}
        >
          {uploads.length > 0 && <UploadList roomId={roomId} uploads={uploads} queue={live.uploads} />}
        </Conversation>
      ) : (
        <div className={classes.filler} />
      )}
      {log.jumpFailed && (
        <p className={classes.readOnly} role="alert">
          {t('chat.jumpFailed')}
        </p>
      )}
      <TypingLine people={typing} />
      {mayPost ? (
        <Composer
          key={draft}
          members={members}
          mode={writing.mode}
          draft={live.drafts.read(roomId)?.text ?? ''}
          heard={writing.heard}
          onDraft={keepDraft}
          hasFiles={staged.ready > 0}
          focused={byKey}
          onSend={send}
          onCancel={writing.cancel}
          onTyping={() => live.typing.mine(roomId)}
          onEditLast={writing.editLast}
          tools={mayUpload && <FilePickers onFiles={staged.add} />}
          staged={staged.files.length > 0 && <StagedFiles staged={staged} />}
        />
      ) : (
        <ReadOnly room={room} user={user} />
      )}
    </DropTarget>
  );
}

/** An ADMIN who is no OWNER of the room must say why. */
function deleteAny(room: Room, user: User): 'no' | 'yes' | 'with-reason' {
  if (room.status === 'ARCHIVED' || !can(user, room.my_role, 'delete_any_message')) return 'no';
  return room.my_role === 'OWNER' ? 'yes' : 'with-reason';
}

function ReadOnly({ room, user }: { room: Room; user: User }) {
  const { t } = useTranslation();
  const why =
    room.status === 'ARCHIVED'
      ? t('chat.archived')
      : room.my_role === undefined
        ? t('chat.office', { role: t(`auth.role.${user.system_role}`) })
        : t('chat.readOnly');
  return <p className={classes.readOnly}>{why}</p>;
}

function LogSkeleton() {
  const { t } = useTranslation();
  return (
    <div className={classes.skeleton} role="status" aria-label={t('app.loading')}>
      <Skeleton height={40} width="60%" />
      <Skeleton height={40} width="45%" />
      <Skeleton height={40} width="70%" />
    </div>
  );
}

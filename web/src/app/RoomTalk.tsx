import { Skeleton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room, User } from '@/api/types';
import { Composer, Conversation } from '@/features/chat';
import { Attachment, DropTarget, FilePickers, StagedFiles, sameFile, UploadTile } from '@/features/files';
import { can } from '@/features/members';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { useAfter } from '@/ui/useAfter';
import classes from './RoomPage.module.css';
import { useLink, useLive, usePending, useUploads } from './useLive';
import type { RoomLog } from './useRoomLog';

/** Characters of a file's description; a longer text goes as a message of its own. */
const maxCaption = 1000;

interface Props {
  room: Room;
  user: User;
  log: RoomLog;
}

/** The conversation and what one adds to it. */
export function RoomTalk({ room, user, log: { query: log, older } }: Props) {
  const { t } = useTranslation();
  const roomId = room.room_id;
  const live = useLive();
  const { link } = useLink();
  const pending = usePending(roomId);
  const uploads = useUploads(roomId);
  const slow = useAfter(log.isPending, 200);
  const [files, setFiles] = useState<globalThis.File[]>([]);

  const mayPost = can(user, room.my_role, 'post') && room.status !== 'ARCHIVED';
  const mayUpload = can(user, room.my_role, 'upload') && room.status !== 'ARCHIVED';
  const stage = (more: globalThis.File[]) =>
    setFiles((before) => [...new Map([...before, ...more].map((file) => [sameFile(file), file])).values()]);

  const send = (text: string) => {
    const caption = files.length === 1 && [...text].length <= maxCaption ? text.trim() : '';
    if (caption === '' && text.trim() !== '') live.outbox.add(roomId, text);
    for (const file of files) live.uploads.add(roomId, file, caption);
    setFiles([]);
  };

  return (
    <DropTarget enabled={mayUpload} onFiles={stage} className={classes.talk}>
      {log.isError && (
        <TroubleNotice title={t('chat.failed')} error={log.error} retry={() => void log.refetch()} />
      )}
      {log.isPending && slow && <LogSkeleton />}
      {log.data !== undefined ? (
        <Conversation
          log={log.data}
          pending={pending}
          me={user}
          connected={link === 'live'}
          older={older}
          onRetry={(id) => live.outbox.retry(id)}
          onDiscard={(id) => live.outbox.discard(id)}
          attachment={(reference, removed) => (
            <Attachment roomId={roomId} reference={reference} removed={removed} />
          )}
        >
          {uploads.length > 0 && (
            <div className={classes.uploads}>
              {uploads.map((upload) => (
                <UploadTile
                  key={upload.id}
                  upload={upload}
                  onCancel={() => live.uploads.cancel(upload.id)}
                  onRetry={() => live.uploads.retry(upload.id)}
                />
              ))}
            </div>
          )}
        </Conversation>
      ) : (
        <div className={classes.filler} />
      )}
      {mayPost ? (
        <Composer
          roomId={roomId}
          hasFiles={files.length > 0}
          onSend={send}
          tools={mayUpload && <FilePickers onFiles={stage} />}
          staged={
            <StagedFiles
              files={files}
              onRemove={(file) => setFiles((before) => before.filter((one) => one !== file))}
            />
          }
        />
      ) : (
        <ReadOnly room={room} user={user} />
      )}
    </DropTarget>
  );
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

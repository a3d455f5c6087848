import { ActionIcon, Button, SegmentedControl, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Download, FolderOpen, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { filesKey } from '@/api/keys';
import { RequestFailed, troubleOf } from '@/api/problem';
import type { File, FileKind } from '@/api/types';
import { fileSize, formats } from '@/i18n/format';
import { Notice } from '@/ui/Notice';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { useLanguage } from '@/ui/useLanguage';
import { DownloadLink } from './DownloadLink';
import classes from './Evidence.module.css';
import { FileIcon } from './FileIcon';
import { useLinks } from './links';
import { RemoveFile } from './RemoveFile';
import { type Picture, useViewer } from './Viewer';

const kinds: readonly FileKind[] = ['image', 'document', 'log'];

interface Props {
  roomId: string;
  mayRemove: (file: File) => boolean;
}

/** The room's files, newest first, by kind. */
export function Evidence({ roomId, mayRemove }: Props) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<FileKind | 'all'>('all');
  const open = useViewer();
  const [removing, setRemoving] = useState<File>();
  const files = useInfiniteQuery({
    queryKey: [...filesKey(roomId), kind],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam }) => {
      const { data, error } = await api.GET('/api/rooms/{room_id}/files', {
        params: {
          path: { room_id: roomId },
          query: { kind: kind === 'all' ? undefined : kind, cursor: pageParam },
        },
      });
      if (data === undefined) throw new RequestFailed(troubleOf(error));
      return data;
    },
    getNextPageParam: (last) => last.next_cursor,
  });
  const all = files.data?.pages.flatMap((page) => page.files) ?? [];

  const pictures = all.filter((file) => file.file_type === 'image').map(pictureOf);

  return (
    <div className={classes.panel}>
      <SegmentedControl
        fullWidth
        aria-label={t('files.kindLabel')}
        value={kind}
        onChange={(value) => setKind(value as FileKind | 'all')}
        data={[
          { value: 'all', label: t('files.all') },
          ...kinds.map((one) => ({ value: one, label: t(`files.kind.${one}`) })),
        ]}
      />
      {files.isPending && <Skeleton height={72} mt={12} />}
      {files.isError && (
        <TroubleNotice title={t('files.failed')} error={files.error} retry={() => void files.refetch()} />
      )}
      {files.isSuccess && all.length === 0 && (
        <Notice icon={FolderOpen} title={t('files.empty')} hint={t('files.emptyHint')} />
      )}
      <ul aria-label={t('files.title')}>
        {all.map((file) => (
          <Row
            key={file.file_id}
            roomId={roomId}
            file={file}
            onOpen={() => open(file.file_id, pictures)}
            onRemove={mayRemove(file) ? () => setRemoving(file) : undefined}
          />
        ))}
      </ul>
      {files.hasNextPage && (
        <Button
          variant="light"
          fullWidth
          loading={files.isFetchingNextPage}
          onClick={() => void files.fetchNextPage()}
        >
          {t('files.more')}
        </Button>
      )}
      <RemoveFile roomId={roomId} file={removing} onClose={() => setRemoving(undefined)} />
    </div>
  );
}

function pictureOf(file: File): Picture {
  return {
    file_id: file.file_id,
    filename: file.filename,
    url: file.download_url,
    text: file.description ?? '',
  };
}

interface RowProps {
  roomId: string;
  file: File;
  onOpen: () => void;
  onRemove?: () => void;
}

function Row({ roomId, file, onOpen, onRemove }: RowProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { short } = formats(language);
  const links = useLinks(roomId, { ...file, url: file.download_url });
  const at = new Date(file.uploaded_at);
  const isImage = file.file_type === 'image';
  return (
    <li className={classes.row}>
      {isImage ? (
        <button
          type="button"
          className={classes.thumbnail}
          aria-label={t('files.openImage', { name: file.filename })}
          onClick={onOpen}
        >
          {links.state === 'ok' && links.preview !== undefined ? (
            <img
              key={`${links.preview}#${links.attempt}`}
              src={links.preview}
              alt=""
              loading="lazy"
              onError={links.onError}
            />
          ) : (
            <FileIcon kind="image" />
          )}
        </button>
      ) : (
        <span className={classes.thumbnail}>
          <FileIcon kind={file.file_type} />
        </span>
      )}
      <div className={classes.text}>
        <p className={classes.name}>{file.filename}</p>
        {file.description && <p className={classes.description}>{file.description}</p>}
        <p className={classes.meta}>
          {file.uploader.name} · {fileSize(language, file.file_size)} ·{' '}
          <time dateTime={file.uploaded_at}>{short.format(at)}</time>
        </p>
      </div>
      <div className={classes.actions}>
        <DownloadLink
          className={classes.download}
          roomId={roomId}
          fileId={file.file_id}
          filename={file.filename}
          url={links.full}
        >
          <Download size={18} aria-hidden />
        </DownloadLink>
        {onRemove !== undefined && (
          <ActionIcon
            variant="subtle"
            size="lg"
            aria-label={t('files.removeName', { name: file.filename })}
            onClick={onRemove}
          >
            <Trash2 size={18} aria-hidden />
          </ActionIcon>
        )}
      </div>
    </li>
  );
}

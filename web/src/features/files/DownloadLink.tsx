import { useQueryClient } from '@tanstack/react-query';
import type { MouseEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { fileQuery } from '@/api/keys';
import { downloadUrl, expired } from './links';

interface Props {
  roomId: string;
  fileId: string;
  filename: string;
  url: string;
  className?: string;
  children: ReactNode;
}

/** Saves a file, also from a page that has been open for longer than its links live. */
export function DownloadLink({ roomId, fileId, filename, url, className, children }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();

  const renew = async () => {
    const fresh = await cache.fetchQuery({ ...fileQuery(roomId, fileId), staleTime: 60_000 });
    window.location.assign(downloadUrl(fresh.download_url));
  };
  const press = (event: MouseEvent) => {
    if (!expired(url)) return;
    event.preventDefault();
    void renew();
  };

  return (
    <a
      className={className}
      href={downloadUrl(url)}
      download={filename}
      aria-label={t('files.downloadName', { name: filename })}
      onClick={press}
    >
      {children}
    </a>
  );
}

import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { fileQuery, previewQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';

/** A link opens for a limited time; this much of it (seconds) must be left for it to be used. */
const margin = 30;
/** How often a preview is asked for again: it is made after the file is stored, so it may come late. */
const attempts = 5;

/** Whether a signed link of the server's own is past its time. Others are found out by trying. */
export function expired(url: string, now = Date.now()): boolean {
  const expires = new URL(url, window.location.origin).searchParams.get('expires');
  return expires !== null && Number(expires) < now / 1000 + margin;
}

export function downloadUrl(url: string): string {
  const link = new URL(url, window.location.origin);
  if (link.origin === window.location.origin) link.searchParams.set('download', 'true');
  return link.href;
}

interface Links {
  /** Absent while a fresh link is fetched. */
  preview?: string;
  full: string;
  /** `waiting`: the preview is not there yet and will be asked for again. */
  state: 'ok' | 'waiting' | 'removed' | 'failed';
  /** Changes when the preview is to be tried again. */
  attempt: string;
  onError: () => void;
}

interface Linked {
  file_id: string;
  url: string;
  thumbnail_url?: string;
}

/**
 * Links of a file that work now: those that came with it, or fresh ones when they
 * do not. A preview that is missing is tried again, sparingly by itself, and at
 * once when the server says that it has been made.
 */
export function useLinks(roomId: string, file: Linked): Links {
  const { data: told } = useQuery(previewQuery(roomId, file.file_id));
  const [tries, setTries] = useState({ told, failures: 0, attempt: 0 });
  if (tries.told !== told) setTries({ told, failures: 0, attempt: 0 });
  const { failures, attempt } = tries;
  const stale = file.url === '' || expired(file.url);
  const fresh = useQuery({
    ...fileQuery(roomId, file.file_id),
    enabled: stale || failures > 0,
    staleTime: 60_000,
    retry: false,
  });

  useEffect(() => {
    if (failures === attempt || failures > attempts) return;
    const again = () => setTries((now) => ({ ...now, attempt: now.failures }));
    const timer = setTimeout(again, 400 * 2 ** failures);
    return () => clearTimeout(timer);
  }, [failures, attempt]);

  const lost = fresh.isError && (stale || failures > 0);
  const removed = lost && troubleOf(fresh.error).code === 'not_found';
  const failed = lost || failures > attempts;
  return {
    preview: stale ? fresh.data?.thumbnail_url : (fresh.data?.thumbnail_url ?? file.thumbnail_url),
    full: fresh.data?.download_url ?? file.url,
    state: removed ? 'removed' : failed ? 'failed' : failures > attempt ? 'waiting' : 'ok',
    attempt: `${told}.${attempt}`,
    onError: () => setTries((now) => ({ ...now, failures: now.attempt + 1 })),
  };
}

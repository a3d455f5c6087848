import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { tell } from '@/ui/tell';
import type { Uploads } from './uploads';

interface Props {
  uploads: Uploads;
  /** The room on the screen: what ends there is seen; what ends elsewhere is told. */
  roomId?: string;
}

/** Tells how an upload ended, to those who listen and to those who have left its room. */
export function UploadNews({ uploads, roomId }: Props) {
  const { t } = useTranslation();
  const news = useStore(uploads.store, (state) => state.news);
  const told = useRef(news);
  const text = news === undefined ? '' : t(`uploads.news.${news.how}`, { name: news.name });

  useEffect(() => {
    if (news === undefined || news === told.current) return;
    told.current = news;
    if (news.roomId !== roomId || news.how === 'already') tell(text);
  }, [news, roomId, text]);
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {news?.roomId === roomId && news?.how === 'stored' && text}
    </div>
  );
}

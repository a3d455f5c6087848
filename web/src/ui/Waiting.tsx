import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAfter } from './useAfter';

/** The shape of a list that is still on its way; nothing at first, for most come sooner. */
export function Waiting({ rows = 3, height = 64 }: { rows?: number; height?: number }) {
  const { t } = useTranslation();
  if (!useAfter(true, 200)) return null;
  return (
    <div role="status" aria-label={t('app.loading')}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows without content are told apart by nothing else
        <Skeleton key={row} height={height} mb="sm" />
      ))}
    </div>
  );
}

import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { troubleOf } from '@/api/problem';
import { TroubleText } from '@/ui/TroubleText';

interface Props {
  title: string;
  error: unknown;
  /** The version that the refused change had seen, and the one of now. */
  seen?: number;
  version: number;
}

/** Why a change was refused; a stale one is no fault of whoever made it (F-RM-10). */
export function ChangeTrouble({ title, error, seen, version }: Props) {
  const { t } = useTranslation();
  const trouble = troubleOf(error);
  if (trouble.code === 'conflict' && seen !== undefined && version > seen) {
    return (
      <Alert color="yellow" variant="light" role="alert">
        {t('rooms.changedMeanwhile')}
      </Alert>
    );
  }
  return (
    <Alert color="red" variant="light" title={title} role="alert">
      <TroubleText trouble={trouble} />
    </Alert>
  );
}

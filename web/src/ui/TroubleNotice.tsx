import { Button } from '@mantine/core';
import { CloudOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { troubleOf } from '@/api/problem';
import { Notice } from './Notice';
import { TroubleText } from './TroubleText';

/** A list or a page that could not be loaded, with the way to try again. */
export function TroubleNotice({ title, error, retry }: { title: string; error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  return (
    <Notice icon={CloudOff} title={title} hint={<TroubleText trouble={troubleOf(error)} />} bad>
      <Button variant="light" onClick={retry}>
        {t('app.retry')}
      </Button>
    </Notice>
  );
}

import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Notice } from './Notice';

/** A screen that the server has refused, with the way back. */
export function Refusal({ title, hint }: { title: string; hint: string }) {
  const { t } = useTranslation();
  return (
    <Notice icon={Lock} title={title} hint={hint} bad>
      <Button renderRoot={(props) => <Link to="/rooms" {...props} />}>{t('app.toList')}</Button>
    </Notice>
  );
}

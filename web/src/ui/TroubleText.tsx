import { useTranslation } from 'react-i18next';
import type { Trouble } from '@/api/problem';
import classes from './TroubleText.module.css';

/** Codes whose own text says too little without what the server adds. */
const needDetail = new Set<Trouble['code']>([
  'invalid',
  'conflict',
  'forbidden',
  'rate_limited',
  'body_too_large',
]);

/** What went wrong, in the reader's language; the server's words below where they add something. */
export function TroubleText({ trouble }: { trouble: Trouble }) {
  const { t } = useTranslation();
  const { requestId } = trouble;
  return (
    <>
      <span>{t(`error.${trouble.code}`)}</span>
      {needDetail.has(trouble.code) && trouble.detail !== '' && (
        <span className={classes.detail}>{trouble.detail}</span>
      )}
      {trouble.code === 'internal' && requestId !== undefined && (
        <span className={classes.detail}>{t('app.requestId', { id: requestId })}</span>
      )}
    </>
  );
}

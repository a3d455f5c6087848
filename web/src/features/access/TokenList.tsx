import { Button } from '@mantine/core';
import { KeyRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ApiToken } from '@/api/types';
import { formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Access.module.css';

interface Props {
  tokens: ApiToken[];
  /** Absent where it is not for the reader to revoke them. */
  onRevoke?: (token: ApiToken) => void;
  /** id of what names the list */
  labelledBy: string;
}

/** The API tokens that work. What proves them is known to nobody any more. */
export function TokenList({ tokens, onRevoke, labelledBy }: Props) {
  const { t } = useTranslation();
  const { short, dayOfYear } = formats(useLanguage());
  if (tokens.length === 0) return <p className={classes.quiet}>{t('access.noTokens')}</p>;
  return (
    <ul className={classes.list} aria-labelledby={labelledBy}>
      {tokens.map((token) => (
        <li key={token.token_id} className={classes.row}>
          <KeyRound size={22} aria-hidden className={classes.icon} />
          <div className={classes.what}>
            <p className={classes.name}>
              <strong>{token.name}</strong>
              {token.scopes.map((scope) => (
                <span key={scope} className={classes.scope}>
                  {t(`access.scope.${scope}`)}
                </span>
              ))}
            </p>
            <p className={`${classes.facts} figures`}>
              <span>{t('access.made', { time: short.format(new Date(token.created_at)) })}</span>
              <span>{t('access.expires', { time: dayOfYear.format(new Date(token.expires_at)) })}</span>
              <span>
                {token.last_used_at === undefined
                  ? t('access.unused')
                  : t('access.used', { time: short.format(new Date(token.last_used_at)) })}
              </span>
            </p>
          </div>
          {onRevoke !== undefined && (
            <Button
              variant="default"
              aria-label={t('access.revokeName', { name: token.name })}
              onClick={() => onRevoke(token)}
            >
              {t('access.revoke')}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

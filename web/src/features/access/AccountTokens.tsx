import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { tokensQuery } from '@/api/keys';
import type { ApiToken } from '@/api/types';
import { tell } from '@/ui/tell';
import { useAsked } from '@/ui/useAsked';
import { RevokeToken } from './RevokeToken';
import { Section } from './Section';
import { TokenList } from './TokenList';

interface Props {
  userId: string;
  mayRevoke: boolean;
  /** A question lies over what this is part of. */
  onAsking: (asking: boolean) => void;
}

/** The API tokens of somebody, for those who look after accounts. */
export function AccountTokens({ userId, mayRevoke, onAsking }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const query = useQuery({ ...tokensQuery(userId), staleTime: 0 });
  const revoke = $api.useMutation('delete', '/api/admin/tokens/{token_id}');
  const asked = useAsked<ApiToken>();

  const ask = (token: ApiToken) => {
    asked.ask(token);
    onAsking(true);
  };
  const close = () => {
    revoke.reset();
    asked.close();
    onAsking(false);
  };
  const end = ({ token_id, name }: ApiToken) => {
    const onSuccess = () => {
      close();
      tell(t('access.revoked', { name }));
    };
    const onSettled = () => void cache.invalidateQueries({ queryKey: tokensQuery(userId).queryKey });
    revoke.mutate({ params: { path: { token_id } } }, { onSuccess, onSettled });
  };

  return (
    <Section title={t('access.tokens')} query={query} failed={t('access.tokensFailed')}>
      {({ tokens }, id) => (
        <>
          <TokenList tokens={tokens} onRevoke={mayRevoke ? ask : undefined} labelledBy={id} />
          <RevokeToken
            token={asked.what}
            opened={asked.opened}
            request={revoke}
            onConfirm={end}
            onClose={close}
          />
        </>
      )}
    </Section>
  );
}

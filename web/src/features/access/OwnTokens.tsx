import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { ownTokensQuery } from '@/api/keys';
import type { ApiToken, User } from '@/api/types';
import { tell } from '@/ui/tell';
import { useAsked } from '@/ui/useAsked';
import { RevokeToken } from './RevokeToken';
import { Section } from './Section';
import { TokenList } from './TokenList';

const NewToken = lazy(() => import('./NewToken').then((module) => ({ default: module.NewToken })));

/** What lets programs act in my name, and the way to make and revoke it (F-AU-10). */
export function OwnTokens({ user }: { user: User }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const query = useQuery({ ...ownTokensQuery(), staleTime: 0 });
  const revoke = $api.useMutation('delete', '/api/auth/tokens/{token_id}');
  const asked = useAsked<ApiToken>();
  const [making, setMaking] = useState(false);
  const maker = useRef<HTMLButtonElement>(null);
  const renew = () => void cache.invalidateQueries({ queryKey: ownTokensQuery().queryKey });

  const close = () => {
    revoke.reset();
    asked.close();
  };
  const end = ({ token_id, name }: ApiToken) => {
    const onSuccess = () => {
      close();
      tell(t('access.revoked', { name }));
    };
    revoke.mutate({ params: { path: { token_id } } }, { onSuccess, onSettled: renew });
  };
  const made = () => {
    setMaking(false);
    maker.current?.focus();
  };

  return (
    <Section
      title={t('access.tokens')}
      hint={t('access.tokensHint')}
      query={query}
      failed={t('access.tokensFailed')}
      actions={
        <Button
          ref={maker}
          variant="default"
          leftSection={<Plus size={18} aria-hidden />}
          onClick={() => setMaking(true)}
        >
          {t('access.make')}
        </Button>
      }
    >
      {({ tokens }, id) => (
        <>
          <TokenList tokens={tokens} onRevoke={asked.ask} labelledBy={id} />
          <RevokeToken
            token={asked.what}
            opened={asked.opened}
            request={revoke}
            onConfirm={end}
            onClose={close}
          />
          {making && (
            <Suspense fallback={null}>
              <NewToken mayAdmin={user.system_role !== 'USER'} onMade={renew} onClose={made} />
            </Suspense>
          )}
        </>
      )}
    </Section>
  );
}

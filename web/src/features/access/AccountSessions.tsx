import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api, api } from '@/api/client';
import { accountsKey, sessionsQuery } from '@/api/keys';
import { RequestFailed, troubleOf } from '@/api/problem';
import { Confirm } from '@/ui/Confirm';
import { tell } from '@/ui/tell';
import classes from './Access.module.css';
import { Section } from './Section';
import { SessionList } from './SessionList';
import { useEnding } from './useEnding';

/** Ends anybody's session; one that has ended already is no failure. */
async function endAny(sessionId: string): Promise<void> {
  const { error, response } = await api.DELETE('/api/admin/sessions/{session_id}', {
    params: { path: { session_id: sessionId } },
  });
  if (!response.ok && response.status !== 404) throw new RequestFailed(troubleOf(error));
}

interface Props {
  userId: string;
  name: string;
  mayEnd: boolean;
  /** A question lies over what this is part of. */
  onAsking: (asking: boolean) => void;
}

/** Where somebody is signed in, for those who look after accounts. */
export function AccountSessions({ userId, name, mayEnd, onAsking }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const query = useQuery({ ...sessionsQuery(userId), staleTime: 0 });
  const [asking, setAsking] = useState(false);
  const all = $api.useMutation('delete', '/api/admin/users/{user_id}/sessions');
  const renew = () => {
    void cache.invalidateQueries({ queryKey: sessionsQuery(userId).queryKey });
    void cache.invalidateQueries({ queryKey: accountsKey });
  };
  const { ending, trouble, run } = useEnding(endAny, renew);

  const ask = (open: boolean) => {
    setAsking(open);
    onAsking(open);
    all.reset();
  };
  const endAll = () => {
    const onSuccess = () => {
      ask(false);
      renew();
      tell(t('access.endedAll', { name }));
    };
    all.mutate({ params: { path: { user_id: userId } } }, { onSuccess });
  };

  return (
    <Section
      title={t('access.sessions')}
      query={query}
      failed={t('access.sessionsFailed')}
      trouble={{ title: t('access.notEnded'), error: trouble }}
      actions={
        mayEnd &&
        (query.data?.sessions.length ?? 0) > 0 && (
          <Button variant="default" onClick={() => ask(true)}>
            {t('access.endAll')}
          </Button>
        )
      }
    >
      {({ sessions }, id) => (
        <>
          {sessions.length === 0 ? (
            <p className={classes.quiet}>{t('access.noSessions')}</p>
          ) : (
            <SessionList
              sessions={sessions}
              ending={ending}
              onEnd={
                mayEnd
                  ? async (session) => {
                      if (await run([session.session_id])) tell(t('access.ended', { count: 1 }));
                    }
                  : undefined
              }
              labelledBy={id}
            />
          )}
          <Confirm
            opened={asking}
            title={t('access.endAllTitle', { name })}
            act={t('access.endAll')}
            failed={t('access.notEnded')}
            error={all.error}
            busy={all.isPending}
            onConfirm={endAll}
            onClose={() => ask(false)}
          >
            <p>{t('access.endAllHint', { name })}</p>
          </Confirm>
        </>
      )}
    </Section>
  );
}

import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { ownSessionsQuery } from '@/api/keys';
import { RequestFailed, troubleOf } from '@/api/problem';
import { Confirm } from '@/ui/Confirm';
import { tell } from '@/ui/tell';
import { Section } from './Section';
import { SessionList } from './SessionList';
import { useEnding } from './useEnding';

/** Ends one of my sessions; one that has ended already is no failure. */
async function endOwn(sessionId: string): Promise<void> {
  const { error, response } = await api.DELETE('/api/auth/sessions/{session_id}', {
    params: { path: { session_id: sessionId } },
  });
  if (!response.ok && response.status !== 404) throw new RequestFailed(troubleOf(error));
}

/** Where I am signed in, and the way to end what I no longer use (F-AU-03). */
export function OwnSessions() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const query = useQuery({ ...ownSessionsQuery(), staleTime: 0 });
  const [asking, setAsking] = useState(false);
  const { ending, trouble, run } = useEnding(
    endOwn,
    () => void cache.invalidateQueries({ queryKey: ownSessionsQuery().queryKey }),
  );
  const others = (query.data?.sessions ?? []).filter((session) => !session.current);

  const end = async (ids: string[]) => {
    if (await run(ids)) tell(t('access.ended', { count: ids.length }));
  };
  const endOthers = async () => {
    await end(others.map((session) => session.session_id));
    setAsking(false);
  };

  return (
    <Section
      title={t('access.sessions')}
      hint={t('access.sessionsHint')}
      query={query}
      failed={t('access.sessionsFailed')}
      trouble={{ title: t('access.notEnded'), error: trouble }}
      actions={
        others.length > 0 && (
          <Button variant="default" onClick={() => setAsking(true)}>
            {t('access.endOthers')}
          </Button>
        )
      }
    >
      {({ sessions }, id) => (
        <>
          <SessionList
            sessions={sessions}
            ending={ending}
            onEnd={(session) => void end([session.session_id])}
            labelledBy={id}
          />
          <Confirm
            opened={asking}
            title={t('access.endOthersTitle', { count: others.length })}
            act={t('access.endOthers')}
            failed={t('access.notEnded')}
            error={null}
            busy={ending.size > 0}
            onConfirm={() => void endOthers()}
            onClose={() => setAsking(false)}
          >
            <p>{t('access.endOthersHint')}</p>
          </Confirm>
        </>
      )}
    </Section>
  );
}

import { MantineProvider } from '@mantine/core';
import { notifyManager, QueryClient, QueryClientProvider, useIsFetching } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { worthRetrying } from '@/api/problem';
import { refresh, useSession } from '@/api/session';
import { fetchLanguages } from '@/i18n';
import { resolver, theme } from '@/theme/theme';
import { fetchLater } from '@/ui/later';
import { Told } from '@/ui/Told';
import { Live } from './live';
import { makeRouter } from './router';
import { LiveContext, useDraftsRead } from './useLive';
import { followVersion } from './version';

// In the same turn as the click: by a timer, a controlled checkbox would jump back before it is ticked.
notifyManager.setScheduler(queueMicrotask);

function makeParts() {
  const cache = new QueryClient({
    defaultOptions: { queries: { staleTime: 10_000, retry: worthRetrying } },
  });
  return { cache, live: new Live(cache), router: makeRouter() };
}

export function App() {
  const [{ cache, live, router }] = useState(makeParts);
  useEffect(() => {
    const stop = live.start();
    const leave = followVersion(() => live.wouldLose());
    void refresh();
    return () => {
      leave();
      stop();
    };
  }, [live]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={resolver} defaultColorScheme="auto">
      <QueryClientProvider client={cache}>
        <LiveContext value={live}>
          <Told />
          <RouterProvider router={router} />
          <Ahead />
        </LiveContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** Milliseconds without a question to the server, after which the screen has all it asked for: one may lead to the next. */
const quiet = 200;

/** Once what is on the screen is there: the rest of the page, for when the network is worse. */
function Ahead() {
  const phase = useSession((session) => session.phase);
  const asking = useIsFetching() > 0;
  const known = useDraftsRead();
  const there = !asking && (phase === 'signed-in' ? known : phase === 'signed-out');
  useEffect(() => {
    if (!there) return;
    const timer = setTimeout(
      () =>
        void fetchLater()
          .then(fetchLanguages)
          .catch(() => undefined),
      quiet,
    );
    return () => clearTimeout(timer);
  }, [there]);
  return null;
}

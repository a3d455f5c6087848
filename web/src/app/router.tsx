import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  useNavigate,
  useRouter,
  useSearch,
} from '@tanstack/react-router';

import { useEffect } from 'react';
import { useSession } from '@/api/session';
import type { Place, User } from '@/api/types';
import { type AccountFilters, readAccountFilters } from '@/features/accounts/filters';
import { type AuditFilters, readAuditFilters } from '@/features/audit/filters';
import { Login, Starting } from '@/features/auth';
import { type EvidenceFilter, readEvidenceFilter } from '@/features/files';
import { type Filters, readFilters, rememberedPlace } from '@/features/rooms';
import { readTerms, type Terms } from '@/features/search/terms';
import { readSheet, type Sheet } from '@/features/stations/sheet';
import { later } from '@/ui/later';
import { Waiting } from '@/ui/Waiting';
import { CrashNotice, NotFound } from './Failures';
import { type Panel, panels, RoomPage } from './RoomPage';
import { NothingChosen, Rooms } from './Rooms';
import { Shell } from './Shell';
import { parseSearch, stringifySearch } from './search';

/**
 * A part of the page that is loaded when it is needed. When it is gone, `version.ts` decides
 * whether the page is loaded anew; the router would do so by itself, whatever is not sent, if
 * it knew the error.
 */
function part<T>(load: () => Promise<T>): () => Promise<T> {
  return () =>
    load().catch((cause: unknown) => {
      throw new Error('a part of the page could not be loaded', { cause });
    });
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: CrashNotice });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search): { next?: string } => ({ next: localPath(search.next) }),
  component: LoginPage,
});

/** Where to go after login: a path of this page, never another site. */
function localPath(value: unknown): string | undefined {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : undefined;
}

function LoginPage() {
  const phase = useSession((session) => session.phase);
  const { next } = useSearch({ from: '/login' });
  if (phase === 'signed-in') return <FromLogin next={next} />;
  if (phase === 'starting' || phase === 'unreachable') return <Starting phase={phase} />;
  return <Login />;
}

const inside = createRoute({ getParentRoute: () => root, id: 'in', component: Inside });

function Inside() {
  const { phase, user } = useSession();
  if (phase === 'signed-out') return <ToLogin />;
  if (phase !== 'signed-in' || user === undefined) return <Starting phase={phase} />;
  return <Shell user={user} />;
}

/** Goes to the login, once, and remembers where somebody wanted to be. */
function ToLogin() {
  const router = useRouter();
  useEffect(() => {
    const { href } = router.state.location;
    void router.navigate({ to: '/login', search: href === '/rooms' ? {} : { next: href }, replace: true });
  }, [router]);
  return null;
}

/** After login, once: back to where somebody wanted to be. */
function FromLogin({ next }: { next?: string }) {
  const router = useRouter();
  useEffect(() => {
    if (next === undefined) void router.navigate({ to: '/rooms', replace: true });
    else router.history.replace(next);
  }, [router, next]);
  return null;
}

/** Below Shell somebody is signed in; in the instant of signing out, nothing is shown. */
function useUser(): User | undefined {
  return useSession((session) => session.user);
}

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/rooms' });
  },
});

const rooms = createRoute({
  getParentRoute: () => inside,
  path: '/rooms',
  validateSearch: (search): Filters => readFilters(search),
  component: function RoomsRoute() {
    const user = useUser();
    return user && <Rooms user={user} />;
  },
});

const noRoom = createRoute({ getParentRoute: () => rooms, path: '/', component: NothingChosen });

const placeParts = ['site', 'line', 'station', 'equipment'] as const;

function readPlace(search: Record<string, unknown>): Place {
  return Object.fromEntries(
    placeParts.map((part) => [part, typeof search[part] === 'string' ? search[part] : undefined]),
  );
}

/** What a station's code says; it is printed, so it stays as it is. */
const stationLink = createRoute({
  getParentRoute: () => root,
  path: '/declare',
  validateSearch: readPlace,
  beforeLoad: ({ search }) => {
    throw redirect({ to: '/rooms/new', search, replace: true });
  },
});

const DeclarePage = later(async () => (await import('./DeclarePage')).DeclarePage, Waiting);

const declare = createRoute({
  getParentRoute: () => rooms,
  path: '/new',
  validateSearch: readPlace,
  component: function DeclareRoute() {
    const user = useUser();
    const navigate = useNavigate();
    const { site, line, station, equipment } = useSearch({ from: '/in/rooms/new' });
    const linked = site ?? line ?? station ?? equipment;
    const place = linked === undefined ? rememberedPlace() : { site, line, station, equipment };
    return (
      user && (
        <DeclarePage
          user={user}
          place={place}
          onDeclared={(room) =>
            void navigate({ to: '/rooms/$roomId', params: { roomId: room.room_id }, replace: true })
          }
        />
      )
    );
  },
});

const room = createRoute({
  getParentRoute: () => rooms,
  path: '/$roomId',
  validateSearch: (search): { panel?: Panel; at?: number } & EvidenceFilter => ({
    ...readEvidenceFilter(search),
    panel: panels.find((panel) => panel === search.panel),
    at: seqOf(search.at),
  }),
  component: function RoomRoute() {
    const user = useUser();
    return user && <RoomPage user={user} />;
  },
});

/** The seq of a message to open around. */
function seqOf(value: unknown): number | undefined {
  const seq = Number(value);
  return Number.isSafeInteger(seq) && seq > 0 ? seq : undefined;
}

const me = createRoute({
  getParentRoute: () => inside,
  path: '/me',
  component: lazyRouteComponent(
    part(() => import('./MePage')),
    'MePage',
  ),
});

const design = createRoute({
  getParentRoute: () => inside,
  path: '/design',
  component: lazyRouteComponent(
    part(() => import('./DesignPage')),
    'DesignPage',
  ),
});

const search = createRoute({
  getParentRoute: () => inside,
  path: '/search',
  validateSearch: (address): Terms => readTerms(address),
  component: lazyRouteComponent(
    part(() => import('./SearchPage')),
    'SearchPage',
  ),
});

/** All of these are loaded when somebody goes there: who opens a room does not wait for them. */
const admin = createRoute({
  getParentRoute: () => inside,
  path: '/admin',
  component: lazyRouteComponent(
    part(() => import('./AdminArea')),
    'AdminArea',
  ),
});

const adminHome = createRoute({
  getParentRoute: () => admin,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/admin/users' });
  },
});

const accounts = createRoute({
  getParentRoute: () => admin,
  path: '/users',
  validateSearch: (search): AccountFilters => readAccountFilters(search),
  component: lazyRouteComponent(
    part(() => import('./AccountsPage')),
    'AccountsPage',
  ),
});

const audit = createRoute({
  getParentRoute: () => admin,
  path: '/audit',
  validateSearch: (search): AuditFilters => readAuditFilters(search),
  component: lazyRouteComponent(
    part(() => import('./AuditPage')),
    'AuditPage',
  ),
});

const storage = createRoute({
  getParentRoute: () => admin,
  path: '/storage',
  component: lazyRouteComponent(
    part(() => import('@/features/storage')),
    'Storage',
  ),
});

const retention = createRoute({
  getParentRoute: () => admin,
  path: '/retention',
  component: lazyRouteComponent(
    part(() => import('./RetentionPage')),
    'RetentionPage',
  ),
});

const cluster = createRoute({
  getParentRoute: () => admin,
  path: '/cluster',
  component: lazyRouteComponent(
    part(() => import('./ClusterPage')),
    'ClusterPage',
  ),
});

const templates = createRoute({
  getParentRoute: () => admin,
  path: '/templates',
  component: lazyRouteComponent(
    part(() => import('./TemplatesPage')),
    'TemplatesPage',
  ),
});

const stations = createRoute({
  getParentRoute: () => admin,
  path: '/stations',
  validateSearch: (search): Sheet => readSheet(search),
  component: lazyRouteComponent(
    part(() => import('./StationsPage')),
    'StationsPage',
  ),
});

const newTemplate = createRoute({
  getParentRoute: () => admin,
  path: '/templates/new',
  component: lazyRouteComponent(
    part(() => import('./TemplatesPage')),
    'NewTemplatePage',
  ),
});

const template = createRoute({
  getParentRoute: () => admin,
  path: '/templates/$templateId',
  component: lazyRouteComponent(
    part(() => import('./TemplatesPage')),
    'TemplatePage',
  ),
});

export function makeRouter() {
  return createRouter({
    routeTree: root.addChildren([
      login,
      home,
      stationLink,
      inside.addChildren([
        rooms.addChildren([noRoom, declare, room]),
        me,
        design,
        search,
        admin.addChildren([
          adminHome,
          accounts,
          audit,
          storage,
          retention,
          cluster,
          templates,
          newTemplate,
          template,
          stations,
        ]),
      ]),
    ]),
    parseSearch,
    stringifySearch,
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: CrashNotice,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}

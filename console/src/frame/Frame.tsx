// What is around every page for people who are signed in: who they are, the top bar, the navigation, the notes.
import { Outlet, useLocation, useMatches, useNavigate } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { queryClient } from '../client/cache';
import { useIsReachable } from '../client/connection';
import { hasCode } from '../client/failure';
import { noteSessionBegan, onOtherTab, useSessionHasEnded } from '../client/session';
import { follow } from '../client/stream';
import { useMessages, useReader } from '../i18n/language';
import { Problem } from '../parts/Problem';
import { PasswordDialog } from '../parts/confirmation/PasswordDialog';
import { PageSkeleton } from '../parts/Skeleton';
import { Broken } from './Broken';
import { Forbidden } from './Forbidden';
import { GotoShortcuts } from './GotoShortcuts';
import { later } from './later';
import { isBeyondScopes, mayDo, meQuery } from './me';
import { messages } from './messages';
import { Navigation } from './Navigation';
import { Notes } from './Notes';
import { SessionDialog } from './SessionDialog';
import { lookAgain } from './signedIn';
import { ShortcutProvider } from './shortcuts';
import { TopBar } from './TopBar';

// What is seldom needed is not what a page waits for.
const ForcedPasswordChange = later(async () => ({ default: (await import('../parts/ChangePassword')).ForcedPasswordChange }), {
  wait: <PageSkeleton />,
  place: (told) => <div className="bh-page">{told}</div>,
});
const KeyList = later(async () => ({ default: (await import('./KeyList')).KeyList }));
const Palette = later(() => import('./palette/Palette'));

export function Frame() {
  const me = useQuery(meQuery);
  const location = useLocation();
  const navigate = useNavigate();
  const isSignedOut = hasCode(me.error, 'access.unauthenticated') && !me.data;
  useEffect(() => {
    // While the page is on its way the address is already that of it.
    if (!isSignedOut || location.pathname === '/login') return;
    const isStart = location.href === '/';
    void navigate({ to: '/login', search: isStart ? {} : { next: location.href }, replace: true });
  }, [isSignedOut, location.href, location.pathname, navigate]);
  if (me.data?.must_change_password) return <ForcedPasswordChange me={me.data} />;
  if (me.data) return <SignedIn key={me.data.id} name={me.data.name} />;
  if (me.error && !isSignedOut) return <div className="bh-page"><Problem error={me.error} onRetry={() => void me.refetch()} /></div>;
  return <PageSkeleton />;
}

function SignedIn({ name }: { name: string }) {
  const t = useMessages(messages);
  const [areKeysOpen, setAreKeysOpen] = useState(false);
  const [isPaletteOpen, setIsPaletteOpen] = useState(false);
  const openKeys = useCallback(() => { setAreKeysOpen(true); }, []);
  const openPalette = () => { setIsPaletteOpen(true); };
  const hasEnded = useSessionHasEnded();
  const pathname = useLocation({ select: (location) => location.pathname });
  // Open at a page: going to another one closes it.
  const [openAt, setOpenAt] = useState<string | null>(null);
  const isNavigationOpen = openAt === pathname;
  useEffect(() => {
    if (hasEnded) return;
    const controller = new AbortController();
    void follow(controller.signal);
    return () => {
      controller.abort();
    };
  }, [hasEnded]);
  useEffect(() => onOtherTab(() => void lookAgain()), []);
  const isReachable = useIsReachable();
  useEffect(() => {
    // The server is there again: what it could not answer is asked anew, without anybody's doing.
    if (isReachable) void queryClient.refetchQueries({ predicate: (query) => query.state.status === 'error' });
  }, [isReachable]);
  return (
    <ShortcutProvider>
      <a className="bh-skip" href="#main">{t('skip')}</a>
      <div className="bh-frame">
        <TopBar
          isNavigationOpen={isNavigationOpen}
          onNavigation={() => { setOpenAt(isNavigationOpen ? null : pathname); }}
          onKeys={openKeys}
          onSearch={openPalette}
        />
        <Navigation isOpen={isNavigationOpen} />
        <Content />
        <Notes />
      </div>
      <GotoShortcuts onKeys={openKeys} onSearch={openPalette} />
      <Broken place={pathname}>
        {isPaletteOpen && <Palette onClose={() => { setIsPaletteOpen(false); }} onKeys={openKeys} />}
        {areKeysOpen && <KeyList onClose={() => { setAreKeysOpen(false); }} />}
      </Broken>
      <PasswordDialog name={name} />
      {hasEnded && <SessionDialog name={name} onSignedIn={noteSessionBegan} />}
    </ShortcutProvider>
  );
}

/** The page, or why it cannot be seen. The focus follows to it, so that screen readers tell of the change. */
function Content() {
  const { language } = useReader();
  const location = useLocation();
  const main = useRef<HTMLElement>(null);
  const staticData = useMatches({ select: (matches) => matches.at(-1)?.staticData });
  const title = staticData?.title?.[language];
  const me = useQuery(meQuery).data;
  const permission = staticData?.permission;
  const isAllowed = permission === undefined || (me !== undefined && mayDo(me, permission));
  useEffect(() => {
    document.title = title ? `${title} · Bulkhead` : 'Bulkhead';
  }, [title, location.pathname]);
  const shown = useRef(location.pathname);
  useEffect(() => {
    if (shown.current === location.pathname) return;
    shown.current = location.pathname;
    main.current?.focus({ preventScroll: true });
  }, [location.pathname]);
  return (
    <main id="main" className="bh-main" ref={main} tabIndex={-1}>
      <Broken place={location.pathname}>
        <Suspense fallback={<PageSkeleton />}>
          {isAllowed ? <Outlet /> : <Forbidden permission={permission} isLimited={me !== undefined && isBeyondScopes(me, permission)} />}
        </Suspense>
      </Broken>
    </main>
  );
}

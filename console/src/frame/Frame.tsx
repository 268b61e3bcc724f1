// What is around every page for people who are signed in: who they are, the top bar, the navigation, the notes.
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { queryClient } from '../client/cache';
import { useIsReachable } from '../client/connection';
import { hasCode } from '../client/failure';
import { noteSessionBegan, onOtherTab, useSessionHasEnded } from '../client/session';
import { follow } from '../client/stream';
import { useMessages } from '../i18n/language';
import { Problem } from '../parts/Problem';
import { PasswordDialog } from '../parts/confirmation/PasswordDialog';
import { PageSkeleton } from '../parts/Skeleton';
import { Broken } from './Broken';
import { Content } from './Content';
import { GotoShortcuts } from './GotoShortcuts';
import { later } from './later';
import { meQuery } from './me';
import { messages } from './messages';
import { Navigation } from './Navigation';
import { useNavigationOpen } from './navigationOpen';
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
  const { isOpen: isNavigationOpen, menu, change: changeNavigation, close: closeNavigation } = useNavigationOpen(pathname);
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
          menu={menu}
          onNavigation={changeNavigation}
          onKeys={openKeys}
          onSearch={openPalette}
        />
        <Navigation isOpen={isNavigationOpen} onClose={closeNavigation} />
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

import { Outlet, useLocation, useMatches } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useReader } from '../i18n/language';
import { PageSkeleton } from '../parts/Skeleton';
import { Broken } from './Broken';
import { Forbidden } from './Forbidden';
import { isBeyondScopes, mayDo, meQuery } from './me';

/** The page, or why it cannot be seen. The focus follows to it, so that screen readers tell of the change. */
export function Content() {
  const { language } = useReader();
  const location = useLocation();
  const main = useRef<HTMLElement>(null);
  const staticData = useMatches({ select: (matches) => matches.at(-1)?.staticData });
  const title = staticData?.title?.[language];
  const me = useQuery(meQuery).data;
  const permission = staticData?.permission;
  const isAllowed = permission === undefined || (me !== undefined && mayDo(me, permission));
  // A form that was begun stays when its right is taken away: what was written can still be copied, and the server refuses the rest.
  const page = useMatches({ select: (matches) => matches.at(-1)?.pathname }) ?? null;
  const [begun, setBegun] = useState<string | null>(null);
  const isForm = permission?.endsWith('.write') ?? false;
  if (isForm && isAllowed && begun !== page) setBegun(page);
  const isKept = isForm && !isAllowed && begun === page;
  const forbidden = permission !== undefined && !isAllowed && <Forbidden permission={permission} isLimited={me !== undefined && isBeyondScopes(me, permission)} isKept={isKept} />;
  // Before the page names the window after what it shows, which it may know at once.
  useLayoutEffect(() => {
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
          {forbidden}
          {(isAllowed || isKept) && <Outlet />}
        </Suspense>
      </Broken>
    </main>
  );
}

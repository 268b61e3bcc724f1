import { lazy, Suspense, type ReactNode } from 'react';
import { useWhy } from './useWhy';

const WhyDrawer = lazy(() => import('./WhyDrawer'));

/** A page beside which the reasons open. */
export function WhyPlace({ children }: { children: ReactNode }) {
  const [digest] = useWhy();
  return (
    <div className={digest ? 'bh-with-drawer bh-with-drawer-open' : 'bh-with-drawer'}>
      <div className="bh-with-drawer-page">{children}</div>
      {digest && (
        <Suspense fallback={<aside className="bh-drawer" aria-busy="true" />}>
          <WhyDrawer key={digest} digest={digest} />
        </Suspense>
      )}
    </div>
  );
}

import type { ReactNode } from 'react';
import { later } from '../../frame/later';
import { useWhy } from './useWhy';

const WhyDrawer = later(() => import('./WhyDrawer'), {
  wait: <aside className="bh-drawer" aria-busy="true" />,
  place: (told) => <aside className="bh-drawer">{told}</aside>,
});

/** A page beside which the reasons open. */
export function WhyPlace({ children }: { children: ReactNode }) {
  const [digest, open] = useWhy();
  return (
    <div className={digest ? 'bh-with-drawer bh-with-drawer-open' : 'bh-with-drawer'}>
      <div className="bh-with-drawer-page">{children}</div>
      {digest && <WhyDrawer key={digest} digest={digest} onClose={() => { open(null); }} />}
    </div>
  );
}

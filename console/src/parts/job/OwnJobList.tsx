import { lazy, Suspense } from 'react';
import { useOwnJobs } from './ownJobs';

const OwnJobCard = lazy(() => import('./OwnJobCard'));

/** The jobs of one's own that the page follows: how far each is, what came of it. */
export function OwnJobList() {
  const { ids, leave } = useOwnJobs();
  if (ids.length === 0) return null;
  return (
    <Suspense fallback={null}>
      <div className="bh-own-jobs">
        {ids.map((id) => <OwnJobCard key={id} id={id} onLeave={() => { leave(id); }} />)}
      </div>
    </Suspense>
  );
}

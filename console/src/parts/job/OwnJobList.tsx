import { later } from '../../frame/later';
import { useOwnJobs } from './ownJobs';

const OwnJobCard = later(() => import('./OwnJobCard'));

/** The jobs of one's own that the page follows: how far each is, what came of it. */
export function OwnJobList() {
  const { ids, leave } = useOwnJobs();
  if (ids.length === 0) return null;
  return (
    <div className="bh-own-jobs">
      {ids.map((id) => <OwnJobCard key={id} id={id} onLeave={() => { leave(id); }} />)}
    </div>
  );
}

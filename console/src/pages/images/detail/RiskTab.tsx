import type { VerdictObject } from '../../../client/generated';
import { verdictOf } from '../../../client/verdict';
import { later } from '../../../frame/later';
import { useMessages } from '../../../i18n/language';
import { PageSkeleton } from '../../../parts/Skeleton';
import { messages } from './messages';

// The sentences of verdicts in both languages come with it, and only where one is told.
const Explanation = later(() => import('../../../parts/why/Explanation'), { wait: <PageSkeleton /> });

/** The verdict with all its reasons. */
export function RiskTab({ verdict }: { verdict: VerdictObject | null }) {
  const t = useMessages(messages);
  if (!verdict) return <p>{t('no.verdict')}</p>;
  return (
    <div className="bh-explanation"><h2 className="bh-hidden">{t('tab.risk')}</h2><Explanation verdict={verdictOf(verdict)} json={verdict} /></div>
  );
}

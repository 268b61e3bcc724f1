import { useQuery } from '@tanstack/react-query';
import { showVerdict } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { verdictOf } from '../../client/verdict';
import { useMessages } from '../../i18n/language';
import { Drawer } from '../Drawer';
import { Problem } from '../Problem';
import { Skeleton } from '../Skeleton';
import Explanation from './Explanation';
import { messages } from './messages';

/** Why a verdict is what it is: always in the same order, from the decision to what can be done. */
export default function WhyDrawer({ digest, onClose }: { digest: string; onClose: () => void }) {
  const t = useMessages(messages);
  const verdict = useQuery(queryOf(showVerdict, { query: { image: digest } }));
  return (
    <Drawer title={t('title')} onClose={onClose}>
      {verdict.isPending && <p role="status" aria-label={t('loading')}><Skeleton width="long" /><Skeleton /></p>}
      {verdict.error && <Problem error={verdict.error} onRetry={() => void verdict.refetch()} />}
      {verdict.data && <Explanation verdict={verdictOf(verdict.data)} json={verdict.data} />}
    </Drawer>
  );
}

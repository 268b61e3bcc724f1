import { useQuery } from '@tanstack/react-query';
import { tryPolicy } from '../../client/generated';
import { useMessages } from '../../i18n/language';
import { Problem } from '../../parts/Problem';
import { Skeleton } from '../../parts/Skeleton';
import { messages } from './messages';
import { TrialLine } from './TrialLine';

/** What a change would do to verdicts, in a dialog that asks for it. */
export function Preview({ policy, document }: { policy: string; document: string | null }) {
  const t = useMessages(messages);
  const run = useQuery({
    queryKey: [tryPolicy.id, policy, document, 'preview'],
    queryFn: ({ signal }) => tryPolicy({ body: { policy, document } }, { signal }),
    retry: false,
  });
  if (run.error) return <Problem error={run.error} />;
  if (!run.data) return <p aria-busy="true"><Skeleton width="long" /></p>;
  const { changed, images, is_partial, job } = run.data;
  return (
    <>
      <p role="status">
        <strong>{changed === 0 ? t('effect.none', { count: images }) : t('effect.changed', { count: changed, images })}</strong>
        {is_partial && <> {t('effect.partial')}</>}
      </p>
      {is_partial && job && <TrialLine job={job} />}
    </>
  );
}

import { useInfiniteQuery } from '@tanstack/react-query';
import { listImageVerdicts } from '../../../client/generated';
import { verdictOf } from '../../../client/verdict';
import { useMessages } from '../../../i18n/language';
import { VerdictMark } from '../../../parts/marks';
import { Button } from '../../../parts/pf';
import { Problem } from '../../../parts/Problem';
import { PageSkeleton } from '../../../parts/Skeleton';
import { Changes } from '../../../parts/why/Changes';
import { VerdictCause } from '../../../parts/why/VerdictCause';
import { Timestamp } from '../../../parts/Timestamp';
import { messages } from './messages';

/** How the verdict came to be as it is: one line for each change, with what caused it. */
export function HistoryTab({ digest, current }: { digest: string; current: string }) {
  const t = useMessages(messages);
  const history = useInfiniteQuery({
    queryKey: [listImageVerdicts.id, digest],
    queryFn: ({ pageParam, signal }) =>
      listImageVerdicts({ path: { digest }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const again = () => void (history.isFetchNextPageError ? history.fetchNextPage() : history.refetch());
  if (!history.data) return history.error ? <Problem error={history.error} onRetry={again} /> : <PageSkeleton />;
  const verdicts = history.data.pages.flatMap((page) => page.items.map(verdictOf));
  return (
    <>
      <h2>{t('history.title')}</h2>
      <ol className="bh-history">
        {verdicts.map((verdict, at) => ({ verdict, older: verdicts[at + 1] })).map(({ verdict, older }) => (
          <li key={verdict.id}>
            <Timestamp moment={verdict.evaluated} isExact />
            <VerdictMark decision={verdict.decision} />
            <span>{t.rich('history.cause', { cause: <VerdictCause cause={verdict.cause} /> })}</span>
            {verdict.id === current && <span className="bh-quiet">{t('history.current')}</span>}
            {older && <Changes newer={verdict} older={older} />}
          </li>
        ))}
      </ol>
      {history.error && <Problem error={history.error} onRetry={again} />}
      {history.hasNextPage && !history.error && <Button variant="link" isLoading={history.isFetchingNextPage} isDisabled={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>{t('history.more')}</Button>}
    </>
  );
}

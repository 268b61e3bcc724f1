import { useMutation } from '@tanstack/react-query';
import { useMemo } from 'react';
import { queryClient } from '../../client/cache';
import { listDeadLetters, retryDeadLetters, showIntegration, type DeadLetter } from '../../client/generated';
import { useMay } from '../../frame/me';
import { useFormat, useMessages } from '../../i18n/language';
import { HostileText } from '../../parts/HostileText';
import { Button } from '../../parts/pf';
import { Problem } from '../../parts/Problem';
import type { Column } from '../../parts/table/definition';
import { ResourceTable } from '../../parts/table/ResourceTable';
import { listOf } from '../../parts/table/source';
import { Timestamp } from '../../parts/Timestamp';
import { TOPICS } from './draft';
import { failureIn } from './failure';
import { messages } from './messages';

/** What did not arrive after all tries, and the way to try it again. */
export function DeadLetters({ id }: { id: string }) {
  const t = useMessages(messages);
  const mayWrite = useMay('integrations.write');
  const columns = useColumns();
  const source = useMemo(() => listOf(listDeadLetters, { path: { id } }), [id]);
  const retry = useMutation({
    mutationFn: () => retryDeadLetters({ path: { id } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [listDeadLetters.id] });
      await queryClient.invalidateQueries({ queryKey: [showIntegration.id] });
    },
  });
  return (
    <section className="bh-section bh-section-list">
      <h2>{t('letters')}</h2>
      <p className="bh-quiet">{t('letters.text')}</p>
      {mayWrite && (
        <div className="bh-actions">
          <Button variant="secondary" isLoading={retry.isPending} isDisabled={retry.isPending} onClick={() => { retry.mutate(); }}>{t('letters.retry')}</Button>
          <span role="status">{retry.data ? t('letters.retried', { count: retry.data.retried }) : ''}</span>
        </div>
      )}
      {retry.error && <Problem error={retry.error} />}
      <ResourceTable label={t('letters')} source={source} columns={columns} filters={[]} isUnfiltered rowKey={(letter) => String(letter.id)} empty={<p>{t('letters.none')}</p>} />
    </section>
  );
}

function useColumns(): readonly Column<DeadLetter>[] {
  const t = useMessages(messages);
  const format = useFormat();
  return useMemo(() => {
    const word = (topic: string) => {
      const known = TOPICS.find((one) => one === topic);
      return known ? t(`topic.${known}`) : topic;
    };
    return [
      { id: 'event', title: t('letters.event'), width: 14, cell: (letter) => <span title={letter.event.topic}>{word(letter.event.topic)}</span> },
      { id: 'at', title: t('letters.at'), width: 10, cell: (letter) => <Timestamp moment={letter.event.at} /> },
      { id: 'object', title: t('letters.object'), width: 16, cell: (letter) => <code><HostileText text={letter.event.object_id} /></code> },
      { id: 'failure', title: t('failure'), width: 26, cell: (letter) => failureIn(format.language, letter) },
      { id: 'attempts', title: t('letters.attempts'), width: 6, isNumber: true, cell: (letter) => format.number(letter.attempts) },
    ];
  }, [t, format]);
}

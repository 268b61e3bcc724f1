import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listAudit, type AuditRecord } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMessages } from '../../i18n/language';
import { CopyButton } from '../../parts/CopyButton';
import { DifferenceTable } from '../../parts/differences/DifferenceTable';
import { Drawer } from '../../parts/Drawer';
import { HostileText } from '../../parts/HostileText';
import { Problem } from '../../parts/Problem';
import { Skeleton } from '../../parts/Skeleton';
import { Timestamp } from '../../parts/Timestamp';
import { messages } from './messages';
import { Outcome } from './Records';
import { ActorName } from './words/ActorName';
import { useAuditWords } from './words/words';

/** One record: who, from where, what was there before and after. */
export function RecordDrawer({ number, onClose }: { number: number; onClose: () => void }) {
  const t = useMessages(messages);
  // The trail is paged by numbers: the first record in front of the next number is this one.
  const page = useQuery({ ...queryOf(listAudit, { query: { cursor: String(number + 1), limit: 1 } }), staleTime: Infinity });
  const record = page.data?.items.find((one) => one.sequence === number);
  return (
    <Drawer title={t('record', { number: String(number) })} onClose={onClose}>
      {page.isPending && <p><Skeleton width="long" /><Skeleton /></p>}
      {page.error && <Problem error={page.error} onRetry={() => void page.refetch()} />}
      {page.data && !record && <p>{t('record.missing')}</p>}
      {record && <Details record={record} />}
    </Drawer>
  );
}

function Details({ record }: { record: AuditRecord }) {
  const t = useMessages(messages);
  const words = useAuditWords();
  const { actor } = record;
  const who = actor.name || words.kind(actor.kind);
  return (
    <>
      <dl className="bh-facts">
        <dt>{t('column.at')}</dt><dd><Timestamp moment={record.at} isExact /></dd>
        <dt>{t('column.who')}</dt><dd><ActorName kind={actor.kind} name={actor.name} /></dd>
        {actor.address && <><dt>{t('column.address')}</dt><dd><code>{actor.address}</code></dd></>}
        <dt>{t('column.action')}</dt><dd>{words.action(record.action)} <code>{record.action}</code></dd>
        <dt>{t('column.object')}</dt><dd>{words.object(record.object)} <HostileText text={record.object_name} /> <code>{record.object_id}</code></dd>
        <dt>{t('column.outcome')}</dt><dd><Outcome outcome={record.outcome} says={words.outcome(record.outcome)} /></dd>
        {actor.request && <><dt>{t('record.request')}</dt><dd><code>{actor.request}</code></dd></>}
        <dt>{t('record.hash')}</dt><dd><code>{record.hash}</code></dd>
      </dl>
      <section>
        <h3>{t('record.changes')}</h3>
        <DifferenceTable before={record.before} after={record.after} />
      </section>
      <div className="bh-actions">
        <Link to="/audit" search={{ filter: `principal:${actor.id}` }}>{t('record.all_of_who', { name: who })}</Link>
        {record.object_id && <Link to="/audit" search={{ filter: `object:${record.object} id:${record.object_id}` }}>{t('record.all_of_object')}</Link>}
        <CopyButton text={JSON.stringify(record, null, 2)} label={t('copy')} />
      </div>
    </>
  );
}

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient } from '../../../client/cache';
import { confirmed, shownError } from '../../../client/confirmation';
import { refreshIntelligence, showIntelligence, type IntelligenceStatus } from '../../../client/generated';
import { queryOf } from '../../../client/queries';
import { useMay } from '../../../frame/me';
import { useFormat, useMessages } from '../../../i18n/language';
import { CauseText } from '../../../parts/cause/CauseText';
import { Loaded } from '../../../parts/Loaded';
import { Alert, Button } from '../../../parts/pf';
import { PlainTable } from '../../../parts/PlainTable';
import { Problem } from '../../../parts/Problem';
import { Timestamp } from '../../../parts/Timestamp';
import { Import } from './Import';
import { messages } from './messages';

/** While an update is under way the page looks again so often. */
const LOOK_MS = 3000;

/** And while none is: it may begin by itself, and what is there grows old. */
const QUIET_MS = 60_000;

const intelligence = queryOf(showIntelligence, {});

/** By what images are judged: how old it is, where it is from, how to get a newer one. */
export function IntelligencePage() {
  const t = useMessages(messages);
  const status = useQuery({ ...intelligence, refetchInterval: (query) => (query.state.data?.is_refreshing || query.state.data?.is_judged === false ? LOOK_MS : QUIET_MS) });
  return (
    <Loaded query={status}>
      {(data) => (
        <div className="bh-page">
          <div className="bh-page-head">
            <h1>{t('title')}</h1>
            <Actions status={data} />
          </div>
          <State status={data} />
          <Sources status={data} />
        </div>
      )}
    </Loaded>
  );
}

function Actions({ status }: { status: IntelligenceStatus }) {
  const t = useMessages(messages);
  const mayWrite = useMay('intelligence.write');
  const [isImporting, setIsImporting] = useState(false);
  const refresh = useMutation({
    mutationFn: () => confirmed(() => refreshIntelligence({})),
    onSuccess: (data) => { queryClient.setQueryData(intelligence.queryKey, data); },
  });
  const error = shownError(refresh.error);
  if (!mayWrite) return null;
  return (
    <div className="bh-actions">
      {error && <Problem error={error} />}
      <Button isLoading={refresh.isPending || status.is_refreshing} isDisabled={refresh.isPending || status.is_refreshing} onClick={() => { refresh.mutate(); }}>{t('refresh')}</Button>
      <Button variant="secondary" onClick={() => { setIsImporting(true); }}>{t('import')}</Button>
      {isImporting && <Import hasKeys={status.has_keys} onClose={() => { setIsImporting(false); }} />}
    </div>
  );
}

function State({ status }: { status: IntelligenceStatus }) {
  const t = useMessages(messages);
  const format = useFormat();
  const { current } = status;
  return (
    <>
      <div role="status">
        {status.is_refreshing && <p>{t('refreshing')}</p>}
        {status.file_problem && <Alert variant="warning" isInline title={t('problem.file')}><CauseText cause={status.file_problem} /></Alert>}
        {status.update_problem && <Alert variant="warning" isInline title={t('problem.update')}><CauseText cause={status.update_problem} /></Alert>}
      </div>
      {!current && <Alert variant="warning" isInline title={t('none')} />}
      {current && (
        <>
          <p>{t('current', { sequence: String(current.sequence), built: format.dateTime(current.built) })}</p>
          <p>{t(status.is_judged ? 'judged.yes' : 'judged.no')}</p>
          <dl className="bh-facts">
            <dt>{t('age')}</dt><dd>{format.duration(current.age_seconds * 1000)}</dd>
            {status.in_use_since && <><dt>{t('in_use_since')}</dt><dd><Timestamp moment={status.in_use_since} isExact /></dd></>}
            {status.refreshed && <><dt>{t('refreshed')}</dt><dd><Timestamp moment={status.refreshed} isExact /></dd></>}
            {status.next_refresh && <><dt>{t('next_refresh')}</dt><dd><Timestamp moment={status.next_refresh} isExact /></dd></>}
          </dl>
        </>
      )}
      {!status.has_source && <p className="bh-quiet">{t('no_source')}</p>}
    </>
  );
}

function Sources({ status }: { status: IntelligenceStatus }) {
  const t = useMessages(messages);
  const format = useFormat();
  return (
    <section className="bh-section">
      <h2>{t('sources')}</h2>
      {status.sources.length === 0 ? <p>{t('sources.none')}</p> : (
        <PlainTable
          label={t('sources')}
          headings={[t('source.name'), t('source.records'), t('source.updated'), t('source.age')]}
          rows={status.sources.map((source) => ({
            key: source.name,
            cells: [
              <code key="name">{source.name}</code>,
              format.number(source.records),
              source.updated ? format.dateTime(source.updated) : t('source.unknown'),
              typeof source.age_seconds === 'number' ? format.duration(source.age_seconds * 1000) : t('source.unknown'),
            ],
          }))}
        />
      )}
    </section>
  );
}

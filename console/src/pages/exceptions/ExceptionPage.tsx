import '../../styles/assurance.css';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useCallback } from 'react';
import { queryClient } from '../../client/cache';
import { listPolicies, showException, type PolicyException } from '../../client/generated';
import { answerOf, queryOf } from '../../client/queries';
import { useEvents } from '../../client/stream';
import { useMay } from '../../frame/me';
import { useTitle } from '../../frame/title';
import { useMessages } from '../../i18n/language';
import { MatchesOf } from '../../parts/exception/Matches';
import { messages as dialog } from '../../parts/exception/messages';
import { FINDING_KINDS } from '../../parts/exception/terms';
import { HostileText } from '../../parts/HostileText';
import { PageProblem } from '../../parts/PageProblem';
import { PageSkeleton } from '../../parts/Skeleton';
import { quoted } from '../../parts/table/filter';
import { Timestamp } from '../../parts/Timestamp';
import { Ends } from './columns';
import { Decision } from './Decision';
import { ExceptionMark } from './ExceptionMark';
import { messages } from './messages';
import { PlaceInFull } from './Place';

const TOPICS = ['exception.*'];

/** One exception: what, where, why, until when, and what may be done with it. */
export function ExceptionPage() {
  const { id } = useParams({ from: '/frame/exceptions/$id' });
  const stored = useQuery(answerOf(showException, { path: { id } }));
  useEvents(TOPICS, useCallback((event) => {
    if (event.object_id === id) void queryClient.invalidateQueries({ queryKey: [showException.id] });
  }, [id]));
  if (stored.error && !stored.data) return <PageProblem error={stored.error} onRetry={() => void stored.refetch()} />;
  if (!stored.data) return <PageSkeleton />;
  return <ExceptionDetails exception={stored.data.data} etag={stored.data.etag} />;
}

function ExceptionDetails({ exception, etag }: { exception: PolicyException; etag: string | null }) {
  const t = useMessages(messages);
  useTitle(exception.name);
  return (
    <div className="bh-page bh-flow">
      <header className="bh-section">
        <nav><Link to="/exceptions">{t('back')}</Link></nav>
        <h1><HostileText text={exception.name} /></h1>
        <p className="bh-summary" role="status"><ExceptionMark state={exception.state} /> <span>{t.rich('ends', { time: <Ends exception={exception} /> })}</span>{exception.state === 'approved' && exception.decided_by && <span>{t.rich('history.approved', { name: <HostileText text={exception.decided_by} /> })}</span>}</p>
      </header>
      {exception.state === 'requested' && <MatchesOf exception={exception} />}
      <Decision exception={exception} etag={etag} />
      <section className="bh-section">
        <h2>{t('column.reason')}</h2>
        <p><HostileText text={exception.reason} longest={4000} /></p>
      </section>
      <What exception={exception} />
      <History exception={exception} />
    </div>
  );
}

function What({ exception }: { exception: PolicyException }) {
  const t = useMessages(messages);
  const d = useMessages(dialog);
  const kind = FINDING_KINDS.find((one) => one === exception.kind);
  const found = Object.entries(exception.package ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return (
    <section className="bh-section">
      <h2>{t('what')}</h2>
      <dl className="bh-facts">
        {kind && <><dt>{d('kind')}</dt><dd>{d(`kind.${kind}`)}</dd></>}
        {(exception.ids ?? []).length > 0 && (
          <>
            <dt>{t('column.what')}</dt>
            <dd className="bh-summary">
              {(exception.ids ?? []).map((id) => (kind === 'vulnerability' || /^CVE-/.test(id) ? <Link key={id} to="/images" search={{ filter: `vulnerability:${quoted(id)}` }}><HostileText text={id} /></Link> : <HostileText key={id} text={id} />))}
            </dd>
          </>
        )}
        {found.length > 0 && <><dt>{d('package')}</dt><dd><HostileText text={found.map(([, value]) => value).join(' · ')} /></dd></>}
        {exception.path && <><dt>{d('path')}</dt><dd><code><HostileText text={exception.path} /></code></dd></>}
        <dt>{t('column.scope')}</dt>
        <dd><PlaceInFull exception={exception} /></dd>
        {exception.policy && <><dt>{d('policy')}</dt><dd><PolicyName id={exception.policy} /></dd></>}
        <dt>{t('column.owner')}</dt><dd><HostileText text={exception.owner} /></dd>
        <dt>{t('column.ends')}</dt><dd><Ends exception={exception} /></dd>
      </dl>
    </section>
  );
}

function PolicyName({ id }: { id: string }) {
  const may = useMay('policies.read');
  const policies = useQuery({ ...queryOf(listPolicies, { query: { limit: 200 } }), enabled: may });
  const name = policies.data?.items.find((policy) => policy.id === id)?.name;
  return may ? <Link to="/policies/$id" params={{ id }}><HostileText text={name ?? id} /></Link> : <code>{id}</code>;
}

function History({ exception }: { exception: PolicyException }) {
  const t = useMessages(messages);
  // What ended was approved before; who decided is not told of what nobody decided.
  const decision = ({ state, decided_by: by }: PolicyException) => {
    const decided = state === 'refused' || state === 'withdrawn' ? state : 'approved';
    return by ? t.rich(`history.${decided}`, { name: <HostileText text={by} /> }) : <ExceptionMark state={state} />;
  };
  return (
    <section className="bh-section">
      <h2>{t('history')}</h2>
      <ol className="bh-history">
        <li><Timestamp moment={exception.requested} isExact /><span>{t.rich('history.requested', { name: <HostileText text={exception.requested_by} /> })}</span></li>
        {exception.decided && (
          <li>
            <Timestamp moment={exception.decided} isExact />
            <span>{decision(exception)}</span>
            {exception.comment !== '' && <HostileText text={exception.comment} longest={4000} />}
          </li>
        )}
      </ol>
    </section>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { listPolicyVersions, type Policy, type PolicyVersion } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMay } from '../../frame/me';
import type { Search } from '../../frame/routes';
import { useFormat, useMessages } from '../../i18n/language';
import { Choice } from '../../parts/Choice';
import { DiffView } from '../../parts/diff/DiffView';
import { HostileText } from '../../parts/HostileText';
import { Problem } from '../../parts/Problem';
import { PageSkeleton } from '../../parts/Skeleton';
import { Timestamp } from '../../parts/Timestamp';
import { messages } from './messages';

/** So many versions are listed; older ones stay in the audit trail. */
const MOST = 200;

/** The versions of a policy, and what is different between two of them: `?from=…&to=…`. */
export function Versions({ policy }: { policy: Policy }) {
  const t = useMessages(messages);
  const versions = useQuery(queryOf(listPolicyVersions, { path: { id: policy.id }, query: { limit: MOST } }));
  if (versions.error) return <Problem error={versions.error} onRetry={() => void versions.refetch()} />;
  if (!versions.data) return <PageSkeleton />;
  const { items } = versions.data;
  return (
    <div className="bh-flow">
      {items.length > 1 && <Difference versions={items} />}
      <section className="bh-section">
        <h2>{t('tab.versions')}</h2>
        <ol className="bh-history">
          {items.map((version) => <Version key={version.version} version={version} policy={policy} />)}
        </ol>
      </section>
    </div>
  );
}

function Difference({ versions }: { versions: readonly PolicyVersion[] }) {
  const t = useMessages(messages);
  const format = useFormat();
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const find = (text: string | undefined, otherwise: number) => versions.find((version) => String(version.version) === text) ?? versions[otherwise];
  const to = find(search.to, 0);
  const from = find(search.from, 1);
  const choices = versions.map((version) => ({ value: String(version.version), label: t('version.of', { version: version.version, name: version.author, time: format.dateTime(version.at) }) }));
  const choose = (which: 'from' | 'to', value: string) => void navigate({ to: '.', search: (before: Search) => ({ ...before, [which]: value }), resetScroll: false });
  if (!from || !to) return null;
  return (
    <section className="bh-section">
      <h2>{t('difference')}</h2>
      <div className="bh-form-row">
        <Choice label={t('difference.from')} value={String(from.version)} choices={choices} onValue={(value) => { choose('from', value); }} />
        <Choice label={t('difference.to')} value={String(to.version)} choices={choices} onValue={(value) => { choose('to', value); }} />
      </div>
      {from.is_enabled !== to.is_enabled && <p>{t(to.is_enabled ? 'difference.enabled' : 'difference.disabled')}</p>}
      <DiffView before={from.document} after={to.document} label={t('difference')} />
    </section>
  );
}

function Version({ version, policy }: { version: PolicyVersion; policy: Policy }) {
  const t = useMessages(messages);
  const may = useMay('policies.write');
  const isCurrent = version.version === policy.version;
  return (
    <li>
      <strong>{t('version.number', { version: version.version })}</strong>
      <Timestamp moment={version.at} isExact />
      <HostileText text={version.author} />
      {version.comment !== '' && <HostileText text={version.comment} />}
      {isCurrent && <span className="bh-quiet">{t('version.current')}</span>}
      {!isCurrent && may && <Link to="/policies/$id/edit" params={{ id: policy.id }} search={{ version: String(version.version) }}>{t('version.restore')}</Link>}
    </li>
  );
}

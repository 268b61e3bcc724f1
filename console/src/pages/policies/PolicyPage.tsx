import '../../styles/assurance.css';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { showPolicy, type Policy } from '../../client/generated';
import { answerOf } from '../../client/queries';
import type { Search } from '../../frame/routes';
import { useTitle } from '../../frame/title';
import { useFormat, useMessages } from '../../i18n/language';
import { CopyButton } from '../../parts/CopyButton';
import { HostileText, visible } from '../../parts/HostileText';
import { Tab, Tabs, TabTitleText } from '../../parts/pf';
import { PageProblem } from '../../parts/PageProblem';
import { PageSkeleton } from '../../parts/Skeleton';
import { Timestamp } from '../../parts/Timestamp';
import { saidInJapanese } from './builtins.ja';
import { outlineOf, type ControlOutline } from './document/outline';
import { messages } from './messages';
import { ModeMark } from './ModeMark';
import { PolicyActions } from './PolicyActions';
import { Versions } from './Versions';
import { useControlWords } from './words';

const TABS = ['controls', 'document', 'versions'] as const;

type TabName = (typeof TABS)[number];

/** One policy: what it asks, where, its text, its versions. */
export function PolicyPage() {
  const { id } = useParams({ from: '/frame/policies/$id' });
  const stored = useQuery(answerOf(showPolicy, { path: { id } }));
  if (stored.error && !stored.data) return <PageProblem error={stored.error} onRetry={() => void stored.refetch()} />;
  if (!stored.data) return <PageSkeleton />;
  return <PolicyDetails policy={stored.data.data} etag={stored.data.etag} />;
}

function PolicyDetails({ policy, etag }: { policy: Policy; etag: string | null }) {
  const t = useMessages(messages);
  const { language } = useFormat();
  const [tab, openTab] = useTab();
  useTitle(policy.name);
  return (
    <div className="bh-page bh-flow">
      <header className="bh-section">
        <nav><Link to="/policies">{t('back')}</Link></nav>
        <div className="bh-page-head">
          <h1><HostileText text={policy.name} /></h1>
          <PolicyActions policy={policy} etag={etag} />
        </div>
        {policy.description && <p><HostileText text={language === 'ja' ? saidInJapanese(policy.description) : policy.description} longest={2000} /></p>}
        <p className="bh-summary">
          <ModeMark policy={policy} />
          <span className="bh-quiet">{t.rich('changed.by', { version: policy.version, name: <HostileText text={policy.author} />, time: <Timestamp moment={policy.changed} /> })}</span>
        </p>
      </header>
      <Tabs activeKey={tab} onSelect={(_, key) => { openTab(key as TabName); }} aria-label={t('tabs')}>
        {TABS.map((name) => <Tab key={name} eventKey={name} title={<TabTitleText>{t(`tab.${name}`)}</TabTitleText>} tabContentId={`tab-${name}`} />)}
      </Tabs>
      <div role="tabpanel" id={`tab-${tab}`} aria-label={t(`tab.${tab}`)}>
        {tab === 'controls' && <Controls policy={policy} />}
        {tab === 'document' && (
          <div className="bh-section">
            <CopyButton text={policy.document} label={t('copy')} />
            <pre className="bh-code" tabIndex={0} aria-label={t('tab.document')}><code>{policy.document.split('\n').map((line) => visible(line, 2000)).join('\n')}</code></pre>
          </div>
        )}
        {tab === 'versions' && <Versions policy={policy} />}
      </div>
    </div>
  );
}

function Controls({ policy }: { policy: Policy }) {
  const t = useMessages(messages);
  const outline = useMemo(() => outlineOf(policy.document), [policy.document]);
  if (!outline) return <p>{t('form.none.text')}</p>;
  return (
    <div className="bh-about">
      <section className="bh-section">
        <h2>{t('scope')}</h2>
        {outline.scope ? (
          <ul className="bh-scope">
            {outline.scope.variables.map((variable, at) => (
              <li key={at}><code>{`v${String(at + 1)}`}</code> <HostileText text={`${variable.attribute}${variable.name === '' ? '' : `[${variable.name}]`} = ${variable.value}`} /></li>
            ))}
            {outline.scope.expression !== '' && <li>{t('scope.expression')}: <code><HostileText text={outline.scope.expression} /></code></li>}
          </ul>
        ) : (
          <p>{t('scope.all')}</p>
        )}
      </section>
      <section className="bh-section">
        <h2>{t('controls')}</h2>
        {outline.controls.map((control, at) => <Control key={at} control={control} />)}
      </section>
    </div>
  );
}

function Control({ control }: { control: ControlOutline }) {
  const words = useControlWords();
  const { language } = useFormat();
  const values = Object.entries(control.values).filter(([key]) => key !== 'name' && key !== 'description');
  const own = control.values.name;
  return (
    <article className="bh-control">
      <h3>{words.control(control.type)}{typeof own === 'string' && <> · <HostileText text={language === 'ja' ? saidInJapanese(own) : own} /></>}</h3>
      {values.length > 0 && (
        <dl className="bh-facts">
          {values.map(([key, value]) => (
            <div key={key} className="bh-fact">
              <dt>{words.field(key)}</dt>
              <dd><HostileText text={(typeof value === 'string' ? [value] : (value ?? ['…'])).map((one) => words.word(one)).join(', ')} longest={2000} /></dd>
            </div>
          ))}
        </dl>
      )}
    </article>
  );
}

function useTab(): [TabName, (tab: TabName) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const tab = TABS.find((name) => name === search.tab) ?? 'controls';
  const open = (next: TabName) => void navigate({ to: '.', search: next === 'controls' ? {} : { tab: next }, resetScroll: false });
  return [tab, open];
}

import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMe } from '../../frame/me';
import type { Search } from '../../frame/routes';
import { useFormat, useMessages } from '../../i18n/language';
import { HostileText } from '../../parts/HostileText';
import { Tab, Tabs, TabTitleText } from '../../parts/pf';
import { useAccessWords } from '../access/words/words';
import { Display } from './Display';
import { messages } from './messages';
import { MyJobs } from './MyJobs';
import { MySessions } from './MySessions';
import { MyTokens } from './MyTokens';
import { Password } from './Password';
import { SecondFactor } from './SecondFactor';

const TABS = ['display', 'signing_in', 'sessions', 'tokens', 'jobs'] as const;

type TabName = (typeof TABS)[number];

/** Oneself: how the console looks, how one signs in, where one is signed in, what acts in one's name. */
export function MePage() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const search: Search = useSearch({ strict: false });
  const tab = TABS.find((name) => name === search.tab) ?? 'display';
  const open = (next: TabName) => { void navigate({ to: '.', search: { tab: next === 'display' ? undefined : next } }); };
  return (
    <div className="bh-page">
      <h1>{t('title')}</h1>
      <WhoIAm />
      <Tabs activeKey={tab} onSelect={(_, key) => { open(key as TabName); }} aria-label={t('tabs')}>
        {TABS.map((name) => <Tab key={name} eventKey={name} title={<TabTitleText>{t(`tab.${name}`)}</TabTitleText>} tabContentId={`tab-${name}`} />)}
      </Tabs>
      <div role="tabpanel" id={`tab-${tab}`} className="bh-about" aria-label={t(`tab.${tab}`)}>
        {tab === 'display' && <Display />}
        {tab === 'signing_in' && <><Password /><SecondFactor /></>}
        {tab === 'sessions' && <MySessions />}
        {tab === 'tokens' && <MyTokens />}
        {tab === 'jobs' && <MyJobs />}
      </div>
    </div>
  );
}

function WhoIAm() {
  const t = useMessages(messages);
  const format = useFormat();
  const words = useAccessWords();
  const me = useMe();
  // Names of presets are also their ids.
  const roles = me.roles.map((name) => words.role({ id: name, name, is_preset: true }));
  return (
    <dl className="bh-facts">
      <dt>{t('name')}</dt><dd><HostileText text={me.name} /></dd>
      <dt>{t('roles')}</dt><dd>{format.list(roles)}</dd>
      <dt>{t('permissions')}</dt>
      <dd><details><summary>{format.number(me.permissions.length)}</summary>{format.list(me.permissions.map(words.permission))}</details></dd>
    </dl>
  );
}

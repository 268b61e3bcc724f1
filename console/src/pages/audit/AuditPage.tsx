import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Search } from '../../frame/routes';
import { useMessages } from '../../i18n/language';
import { DrawerPlace } from '../../parts/Drawer';
import { Tab, Tabs, TabTitleText } from '../../parts/pf';
import { Checkpoints } from './Checkpoints';
import { messages } from './messages';
import { RecordDrawer } from './RecordDrawer';
import { Records } from './Records';
import { Verification } from './Verification';

const TABS = ['records', 'checkpoints'] as const;

/** Who did what, in a chain that shows whether somebody tampered with it. */
export function AuditPage() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const search: Search = useSearch({ strict: false });
  const tab = search.tab === 'checkpoints' ? 'checkpoints' : 'records';
  const number = /^[1-9]\d{0,15}$/.test(search.record ?? '') ? Number(search.record) : null;
  const openTab = (next: string) => { void navigate({ to: '.', search: { tab: next === 'records' ? undefined : next } }); };
  const close = () => { void navigate({ to: '.', search: (before: Search) => ({ ...before, record: undefined }), resetScroll: false }); };
  return (
    <DrawerPlace drawer={number !== null && <RecordDrawer key={number} number={number} onClose={close} />}>
      <div className="bh-page bh-page-full">
        <h1>{t('title')}</h1>
        <Verification />
        <Tabs activeKey={tab} onSelect={(_, key) => { openTab(String(key)); }} aria-label={t('tabs')}>
          {TABS.map((name) => <Tab key={name} eventKey={name} title={<TabTitleText>{t(`tab.${name}`)}</TabTitleText>} tabContentId={`tab-${name}`} />)}
        </Tabs>
        <div role="tabpanel" id={`tab-${tab}`} className="bh-tab" aria-label={t(`tab.${tab}`)}>
          {tab === 'records' ? <Records /> : <Checkpoints />}
        </div>
      </div>
    </DrawerPlace>
  );
}

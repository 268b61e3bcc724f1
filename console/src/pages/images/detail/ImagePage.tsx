import { useQuery, type QueryKey } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { queryClient } from '../../../client/cache';
import { Failure } from '../../../client/failure';
import { listImageVerdicts, showImage, showImageReport, showVerdict, type ImageDetails } from '../../../client/generated';
import { queryOf } from '../../../client/queries';
import { useEvents } from '../../../client/stream';
import { IMAGE_CHANGES, RESCAN_ENDED } from '../../../client/topics';
import { later } from '../../../frame/later';
import { useMay } from '../../../frame/me';
import type { Search } from '../../../frame/routes';
import { useShortcut } from '../../../frame/shortcuts';
import { useTitle } from '../../../frame/title';
import { useMessages } from '../../../i18n/language';
import { OwnJobList } from '../../../parts/job/OwnJobList';
import { askForMono } from '../../../parts/mono';
import { PageProblem } from '../../../parts/PageProblem';
import { PageSkeleton } from '../../../parts/Skeleton';
import { Tab, Tabs, TabTitleText } from '../../../parts/pf';
import { WhyPlace } from '../../../parts/why/WhyPlace';
import { AboutTab } from './AboutTab';
import { FindingsTab, type FindingKind } from './FindingsTab';
import { Header } from './Header';
import { HistoryTab } from './HistoryTab';
import { messages } from './messages';
import { PackagesTab } from './PackagesTab';
import { RiskTab } from './RiskTab';

// What an image is made of is asked for, and its code loaded, where somebody looks.
const LayersTab = later(() => import('./inside/LayersTab'), { wait: <PageSkeleton /> });
// In the room that they will take: the list below stays where it is.
const ConfigurationFacts = later(() => import('./inside/ConfigurationFacts'), { wait: <div className="bh-configuration" aria-busy="true" /> });
const ReportTab = later(() => import('./inside/ReportTab'), { wait: <PageSkeleton /> });
const ExceptionsTab = later(() => import('./inside/ExceptionsTab'), { wait: <PageSkeleton /> });

const TABS = ['risk', 'vulnerabilities', 'layers', 'packages', 'secrets', 'malware', 'licenses', 'configuration', 'history', 'sbom', 'exceptions', 'about'] as const;

type TabName = (typeof TABS)[number];

const KINDS: Partial<Record<TabName, FindingKind>> = {
  vulnerabilities: 'vulnerability',
  secrets: 'secret',
  malware: 'malware',
  licenses: 'license',
  configuration: 'misconfiguration',
};

const TOPICS = [...IMAGE_CHANGES, RESCAN_ENDED];

/** Everything that is known of one digest. */
export function ImagePage() {
  const { digest } = useParams({ from: '/frame/images/$digest' });
  const t = useMessages(messages);
  const image = useQuery(queryOf(showImage, { path: { digest } }));
  useEffect(() => { askForMono(); }, []);
  const isRemoved = useIsRemoved(digest, image.error);
  const maySeeFindings = useMay('findings.read');
  const tabs = maySeeFindings ? TABS : TABS.filter((name) => KINDS[name] === undefined || name === 'configuration');
  const [tab, openTab] = useTab(tabs);
  const step = (by: number) => { openTab(tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length] ?? 'risk'); };
  useShortcut(']', t('tabs'), () => { step(1); });
  useShortcut('[', t('tabs'), () => { step(-1); });
  useTitle(image.data?.name);
  if (image.error && !image.data) return <PageProblem error={image.error} onRetry={() => void image.refetch()} />;
  if (!image.data) return <PageSkeleton />;
  return (
    <WhyPlace>
      <div className="bh-page bh-page-full">
        <Header image={image.data} isRemoved={isRemoved} />
        <OwnJobList />
        <Tabs activeKey={tab} onSelect={(_, key) => { openTab(key as TabName); }} aria-label={t('tabs')}>
          {tabs.map((name) => (
            <Tab key={name} eventKey={name} title={<TabTitleText>{t(`tab.${name}`)}</TabTitleText>} tabContentId={`tab-${name}`} />
          ))}
        </Tabs>
        <div role="tabpanel" id={`tab-${tab}`} className="bh-tab" aria-label={t(`tab.${tab}`)}>
          <TabContent tab={tab} digest={digest} image={image.data} maySeeFindings={maySeeFindings} />
        </div>
      </div>
    </WhyPlace>
  );
}

/** Whether the image went while its page is open; whatever else happens to it is read anew. */
function useIsRemoved(digest: string, error: Error | null): boolean {
  const [removed, setRemoved] = useState<string | null>(null);
  useEvents(TOPICS, useCallback(({ topic, object_id: id }) => {
    if (id !== digest) return;
    // A scan also ends, cancelled, of an image that is gone.
    if (topic !== RESCAN_ENDED) setRemoved(topic === 'image.removed' ? digest : null);
    if (topic !== 'image.removed') readAnew(digest);
  }, [digest]));
  return removed === digest || (error instanceof Failure && error.status === 404);
}

/** The image, and whatever is shown of its verdicts: their history, the reasons of the one that holds, what the report judges. */
function readAnew(digest: string): void {
  const keys: readonly QueryKey[] = [
    queryOf(showImage, { path: { digest } }).queryKey,
    queryOf(showVerdict, { query: { image: digest } }).queryKey,
    [listImageVerdicts.id, digest],
    [showImageReport.id, digest],
  ];
  for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey });
}

function TabContent({ tab, digest, image, maySeeFindings }: { tab: TabName; digest: string; image: ImageDetails; maySeeFindings: boolean }) {
  const kind = KINDS[tab];
  if (tab === 'configuration') {
    return (
      <>
        <ConfigurationFacts digest={digest} />
        {maySeeFindings && <FindingsTab key="misconfiguration" digest={digest} kind="misconfiguration" />}
      </>
    );
  }
  if (kind) return <FindingsTab key={kind} digest={digest} kind={kind} />;
  switch (tab) {
    case 'packages':
      return <PackagesTab digest={digest} />;
    case 'layers':
      return <LayersTab digest={digest} />;
    case 'sbom':
      return <ReportTab digest={digest} />;
    case 'exceptions':
      return <ExceptionsTab image={image} />;
    case 'history':
      return <HistoryTab digest={digest} current={image.verdict} />;
    case 'about':
      return <AboutTab image={image} />;
    default:
      return <RiskTab verdict={image.current_verdict ?? null} />;
  }
}

/** The tab of the address, among those that the reader may see. Another tab has a list of its own: filter and order stay behind. */
function useTab(tabs: readonly TabName[]): [TabName, (tab: TabName) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const tab = tabs.find((name) => name === search.tab) ?? 'risk';
  const open = (next: TabName) => {
    void navigate({
      to: '.',
      search: (before: Search) => ({ ...before, tab: next === 'risk' ? undefined : next, filter: undefined, sort: undefined, cols: undefined, layer: undefined }),
      resetScroll: false,
    });
  };
  return [tab, open];
}

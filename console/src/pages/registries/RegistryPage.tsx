import '../../styles/assurance.css';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { queryClient } from '../../client/cache';
import { listImages, listJobs, showRegistry, type Registry } from '../../client/generated';
import { useLive } from '../../client/live';
import { answerOf } from '../../client/queries';
import { useStreamState } from '../../client/stream';
import { IMAGE_CHANGES } from '../../client/topics';
import { useMay } from '../../frame/me';
import type { Search } from '../../frame/routes';
import { useTitle } from '../../frame/title';
import { useMessages } from '../../i18n/language';
import { CauseText } from '../../parts/cause/CauseText';
import { EmptyState } from '../../parts/EmptyState';
import { HostileText } from '../../parts/HostileText';
import { Alert, Tab, Tabs, TabTitleText } from '../../parts/pf';
import { PageProblem } from '../../parts/PageProblem';
import { PageSkeleton } from '../../parts/Skeleton';
import { quoted } from '../../parts/table/filter';
import { ResourceTable } from '../../parts/table/ResourceTable';
import { listOf } from '../../parts/table/source';
import { WhyPlace } from '../../parts/why/WhyPlace';
import { useWhy } from '../../parts/why/useWhy';
import { useImageColumns } from '../images/list/columns';
import { useImageExports } from '../images/list/exports';
import { useImageFilters } from '../images/list/filters';
import { useJobColumns } from '../jobs/columns';
import { useJobFilters } from '../jobs/filters';
import { ARRIVED, LiveJobs, pauseOf } from '../jobs/live';
import { Overview } from './Overview';
import { messages } from './messages';
import { RegistryActions } from './RegistryActions';
import { RegistryMark } from './RegistryMark';

const TABS = ['overview', 'jobs', 'images'] as const;

type TabName = (typeof TABS)[number];

/** One registry: how it does, what it is doing, its images, where it sends its messages. */
export function RegistryPage() {
  const { id } = useParams({ from: '/frame/registries/$id' });
  const isTold = useStreamState() === 'live';
  const asked = answerOf(showRegistry, { path: { id } });
  const stored = useQuery({ ...asked, refetchInterval: pauseOf(isTold, undefined) });
  useLive(LISTED_TOPICS, () => { void queryClient.invalidateQueries({ queryKey: asked.queryKey }); }, ({ object_id: listed }) => listed === id);
  if (stored.error && !stored.data) return <PageProblem error={stored.error} onRetry={() => void stored.refetch()} />;
  if (!stored.data) return <PageSkeleton />;
  return <RegistryDetails registry={stored.data.data} etag={stored.data.etag} />;
}

function RegistryDetails({ registry, etag }: { registry: Registry; etag: string | null }) {
  const t = useMessages(messages);
  const [tab, openTab] = useTab();
  const maySeeJobs = useMay('jobs.read');
  const maySeeImages = useMay('images.read');
  useTitle(registry.name);
  const tabs = TABS.filter((name) => (name === 'jobs' ? maySeeJobs : name === 'images' ? maySeeImages : true));
  const content = tab === 'jobs' && maySeeJobs ? <JobsTab id={registry.id} /> : tab === 'images' && maySeeImages ? <ImagesTab address={registry.address} /> : <Overview registry={registry} />;
  return (
    <WhyPlace>
      <div className="bh-page bh-page-full">
        <header className="bh-section">
          <nav><Link to="/registries">{t('back')}</Link></nav>
          <div className="bh-page-head">
            <h1><HostileText text={registry.name} /></h1>
            <RegistryActions registry={registry} etag={etag} />
          </div>
          <p role="status"><RegistryMark registry={registry} /></p>
          {registry.failure && registry.is_enabled && <Alert variant="danger" isInline title={t('failing')}><CauseText cause={registry.failure} /></Alert>}
        </header>
        <Tabs activeKey={tab} onSelect={(_, key) => { openTab(key as TabName); }} aria-label={t('tabs')}>
          {tabs.map((name) => <Tab key={name} eventKey={name} title={<TabTitleText>{t(`tab.${name}`)}</TabTitleText>} tabContentId={`tab-${name}`} />)}
        </Tabs>
        <div role="tabpanel" id={`tab-${tab}`} className="bh-tab" aria-label={t(`tab.${tab}`)}>{content}</div>
      </div>
    </WhyPlace>
  );
}

function JobsTab({ id }: { id: string }) {
  const t = useMessages(messages);
  const columns = useJobColumns();
  const filters = useJobFilters();
  const own = useMemo(() => columns.filter((column) => column.id !== 'registry'), [columns]);
  const fixed = `registry:${id}`;
  return (
    <LiveJobs filter={fixed}>
      <ResourceTable
        label={t('tab.jobs')}
        source={jobs}
        resource="jobs"
        columns={own}
        filters={useMemo(() => filters.filter((filter) => filter.key !== 'registry'), [filters])}
        fixedFilter={fixed}
        rowKey={(job) => job.id}
        topics={JOB_TOPICS}
        empty={<EmptyState title={t('jobs.empty')}><p>{t('jobs.empty.text')}</p></EmptyState>}
      />
    </LiveJobs>
  );
}

function ImagesTab({ address }: { address: string }) {
  const t = useMessages(messages);
  const columns = useImageColumns();
  const filters = useImageFilters();
  const exports = useImageExports();
  const [, openWhy] = useWhy();
  return (
    <ResourceTable
      label={t('tab.images')}
      source={images}
      resource="images"
      exports={exports}
      columns={columns}
      filters={useMemo(() => filters.filter((filter) => filter.key !== 'registry'), [filters])}
      fixedFilter={`registry:${quoted(address)}`}
      defaultSort="-severity"
      rowKey={(image) => image.digest}
      onWhy={(image) => { openWhy(image.digest); }}
      topics={IMAGE_CHANGES}
      goneTopic="image.removed"
      empty={<EmptyState title={t('images.empty')}><p>{t('images.empty.text')}</p></EmptyState>}
    />
  );
}

const jobs = listOf(listJobs, {});
const images = listOf(listImages, {});
const JOB_TOPICS = [ARRIVED];

/** Of what is done for a registry, listing it alone changes its state. */
const LISTED_TOPICS = ['registry.listed'];

function useTab(): [TabName, (tab: TabName) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const tab = TABS.find((name) => name === search.tab) ?? 'overview';
  const open = (next: TabName) => {
    void navigate({
      to: '.',
      search: (before: Search) => ({ ...before, tab: next === 'overview' ? undefined : next, filter: undefined, sort: undefined, cols: undefined }),
      resetScroll: false,
    });
  };
  return [tab, open];
}

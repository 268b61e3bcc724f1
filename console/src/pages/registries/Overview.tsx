import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { queryClient } from '../../client/cache';
import { countRows, listJobs, type Event, type Registry, type RowCount } from '../../client/generated';
import { useLive } from '../../client/live';
import { queryOf, toldAs } from '../../client/queries';
import { useStreamState } from '../../client/stream';
import { useMay } from '../../frame/me';
import { useFormat, useMessages } from '../../i18n/language';
import { CauseText } from '../../parts/cause/CauseText';
import { CopyButton } from '../../parts/CopyButton';
import { HostileText } from '../../parts/HostileText';
import { Icon } from '../../parts/icons';
import { quoted } from '../../parts/table/filter';
import { Timestamp } from '../../parts/Timestamp';
import { MOVES, pauseOf } from '../jobs/live';
import { kindOf } from './kinds';
import { credentialWordOf } from './credentials';
import { messages } from './messages';

/** Counted up to so many. */
const MOST = 200;

/** The images of a registry are counted no more often than this. */
const COUNT_MS = 3_000;

/** What changes the number of images: a scan ends, or a pipeline registers one; somebody removes one. */
const IMAGE_TOPICS = ['image.registered', 'image.removed'];

/** What is known of a registry: its images and work in numbers, risks, address, rules, where it sends its messages. */
export function Overview({ registry }: { registry: Registry }) {
  const t = useMessages(messages);
  const format = useFormat();
  const { rules } = registry;
  const patterns = (list: string[] | undefined) => (list && list.length > 0 ? <HostileText text={list.join(', ')} /> : t('rules.all'));
  const hook = location.origin + registry.hook_path;
  return (
    <div className="bh-about">
      <Numbers registry={registry} />
      {registry.risks.length > 0 && (
        <section className="bh-section">
          <h2>{t('column.risks')}</h2>
          <ul className="bh-section">
            {registry.risks.map((risk) => (
              <li key={risk.code} className="bh-step bh-mark bh-decision-would_deny"><Icon name="warn" /><CauseText cause={risk} /></li>
            ))}
          </ul>
        </section>
      )}
      <section className="bh-section">
        <h2>{t('step.access')}</h2>
        <dl className="bh-facts">
          <dt>{t('column.kind')}</dt><dd>{kindOf(registry.kind)?.name ?? t('kind.oci')}</dd>
          <dt>{t('field.address')}</dt><dd><HostileText text={registry.address} /></dd>
          <dt>{t('field.credential')}</dt><dd>{credentialWord(t, registry.credential_type)}</dd>
          <dt>{t('fact.encryption')}</dt><dd>{t(registry.plain_http ? 'encryption.none' : registry.ca ? 'encryption.ca' : 'encryption.tls')}</dd>
        </dl>
      </section>
      <section className="bh-section">
        <h2>{t('step.rules')}</h2>
        <dl className="bh-facts">
          <dt>{t('field.repositories')}</dt><dd>{patterns(rules.repositories)}</dd>
          <dt>{t('field.tags')}</dt><dd>{patterns(rules.tags)}</dd>
          {rules.newest != null && <><dt>{t('field.newest')}</dt><dd>{format.number(rules.newest)}</dd></>}
          {rules.pushed_within_days != null && <><dt>{t('field.days')}</dt><dd>{format.number(rules.pushed_within_days)}</dd></>}
          {rules.pulled_within_days != null && <><dt>{t('field.pulledDays')}</dt><dd>{format.number(rules.pulled_within_days)}</dd></>}
          <dt>{t('fact.poll')}</dt><dd>{t('fact.poll.every', { count: registry.poll_minutes })}</dd>
          <dt>{t('field.mostAtOnce')}</dt><dd>{format.number(registry.most_at_once)}</dd>
          <dt>{t('field.staleDays')}</dt><dd>{registry.stale_days === 0 ? t('stale.never') : format.number(registry.stale_days)}</dd>
          {registry.last_listed && <><dt>{t('column.listed')}</dt><dd><Timestamp moment={registry.last_listed} isExact /></dd></>}
          {registry.next_poll && <><dt>{t('column.next')}</dt><dd><Timestamp moment={registry.next_poll} isExact /></dd></>}
          <dt>{t('fact.changed')}</dt><dd><Timestamp moment={registry.changed} isExact /></dd>
        </dl>
      </section>
      <section className="bh-section">
        <h2>{t('hook.title')}</h2>
        <p>{t('hook.text')}</p>
        <p className="bh-address"><code>{hook}</code><CopyButton text={hook} what={t('hook.title')} /></p>
        <p className="bh-quiet">{t(registry.has_hook_secret ? 'hook.secret' : 'hook.no_secret')}</p>
      </section>
    </div>
  );
}

function credentialWord(t: ReturnType<typeof useMessages<(typeof messages)['en']>>, type: string | null | undefined): string {
  const known = credentialWordOf(type);
  return known && known !== 'none' ? t('fact.credential', { type: t(`credential.${known}`) }) : t('credential.none');
}

/** Each number leads to exactly what it counts. */
function Numbers({ registry }: { registry: Registry }) {
  const t = useMessages(messages);
  const maySeeJobs = useMay('jobs.read');
  const maySeeImages = useMay('images.read');
  const filter = `registry:${quoted(registry.address)}`;
  const isTold = useStreamState() === 'live';
  const countOfImages = queryOf(countRows, { query: { resource: 'images', filter } });
  const openJobs = queryOf(listJobs, { query: { limit: MOST, filter: `registry:${registry.id} state:waiting,leased,dead` } });
  const jobs = useQuery({ ...openJobs, enabled: maySeeJobs, refetchInterval: (query) => pauseOf(isTold, query.state.data?.items) });
  const images = useQuery({ ...countOfImages, enabled: maySeeImages, refetchInterval: Math.max(COUNT_MS, pauseOf(isTold, jobs.data?.items)) });
  // An image of several registries is told of by one of its names: the others see its number when it is counted the next time.
  const isOfHere = ({ parameters: { name } }: Event) => typeof name === 'string' && name.startsWith(`${registry.address}/`);
  useLive(IMAGE_TOPICS, () => { void queryClient.invalidateQueries({ queryKey: countOfImages.queryKey }); }, isOfHere, COUNT_MS);
  useLive(MOVES, () => { void queryClient.invalidateQueries({ queryKey: openJobs.queryKey }); }, ({ parameters }) => parameters.registry === registry.id);
  const count = (state: string) => jobs.data?.items.filter((job) => job.state === state).length ?? 0;
  const isMore = Boolean(jobs.data?.next);
  return (
    <p className="bh-summary" role="status">
      {images.data && <Link to="/registries/$id" params={{ id: registry.id }} search={{ tab: 'images' }} className="bh-summary-count">{imagesSaid(t, images.data)}</Link>}
      {jobs.data && (['leased', 'waiting', 'dead'] as const).map((state) => (
        <Link key={state} to="/registries/$id" params={{ id: registry.id }} search={{ tab: 'jobs', filter: `state:${state}` }} className="bh-summary-count">
          {t(isMore ? `number.${state}.more` : `number.${state}`, { count: count(state) })}
        </Link>
      ))}
    </p>
  );
}

function imagesSaid(t: ReturnType<typeof useMessages<(typeof messages)['en']>>, counted: RowCount): string {
  const told = toldAs(counted);
  return told === 'unknown' ? t('number.images.unknown') : t(told === 'more' ? 'number.images.more' : 'number.images', { count: counted.count });
}

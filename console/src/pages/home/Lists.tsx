// Short lists of the first page: what is worst, and what is new. They stay as they are until the reader wants the news.
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, useState, type ReactNode } from 'react';
import { listAudit, listVulnerabilities, type Page } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useEvents } from '../../client/stream';
import { IMAGE_CHANGES } from '../../client/topics';
import type { Search } from '../../frame/routes';
import { useMessages } from '../../i18n/language';
import { HostileText } from '../../parts/HostileText';
import { ImageName } from '../../parts/ImageName';
import { KevMark, SeverityMark } from '../../parts/marks';
import { News } from '../../parts/News';
import { Problem } from '../../parts/Problem';
import { Skeleton } from '../../parts/Skeleton';
import { quoted } from '../../parts/table/filter';
import { Timestamp } from '../../parts/Timestamp';
import { WhyLink } from '../../parts/why/WhyLink';
import { useAuditWords } from '../audit/words/words';
import { messages } from './messages';
import { DENIED, SHOWN, undecidedQuery, worstQuery } from './queries';

/** What somebody did, as many rows as a look takes in. */
const SHOWN_RECORDS = 5;

/** Images of a vulnerability are counted so far. */
const MOST_COUNTED = 10_000;

const EXCEPTION_TOPICS = ['exception.*'];

/** What somebody did, to images and to what is found in them. */
const DONE_TOPICS = ['image.*', 'verdict.*', 'finding.*'];

/** The denied images, the worst first. */
export function Worst() {
  const t = useMessages(messages);
  const worst = useQuery(worstQuery);
  return (
    <ShortList title={t('worst')} none={t('worst.none')} all={{ to: '/images', search: { filter: DENIED }, label: t('worst.all') }} query={worst}>
      {(image) => (
        <li key={image.digest}>
          <WhyLink decision={image.decision} digest={image.digest} />
          <SeverityMark severity={image.severity} />
          <ImageName name={image.name} digest={image.digest} />
          <span className="bh-quiet"><Timestamp moment={image.evaluated} /></span>
        </li>
      )}
    </ShortList>
  );
}

/** Exceptions that wait for somebody to decide, the oldest first; nothing where there is none. */
export function Undecided() {
  const t = useMessages(messages);
  const waiting = useQuery(undecidedQuery);
  if (waiting.data?.items.length === 0) return null;
  return (
    <ShortList title={t('waiting.exceptions')} none="" all={{ to: '/exceptions', search: { state: 'requested' }, label: t('waiting.all') }} query={waiting} topics={EXCEPTION_TOPICS}>
      {(exception) => (
        <li key={exception.id}>
          <Link to="/exceptions/$id" params={{ id: exception.id }}><HostileText text={exception.name} longest={80} /></Link>
          <span>{t.rich('waiting.by', { name: <HostileText text={exception.requested_by} longest={40} /> })}</span>
          <span className="bh-quiet"><Timestamp moment={exception.requested} /></span>
        </li>
      )}
    </ShortList>
  );
}

/** Vulnerabilities that an image first had since a moment, the worst first. */
export function Fresh({ since }: { since: string }) {
  const t = useMessages(messages);
  const filter = `first_seen:>=${since}`;
  const fresh = useQuery(queryOf(listVulnerabilities, { query: { filter, sort: '-severity', limit: SHOWN } }));
  return (
    <ShortList title={t('fresh')} none={t('fresh.none')} all={{ to: '/vulnerabilities', search: { filter }, label: t('fresh.all') }} query={fresh}>
      {(found) => (
        <li key={found.id}>
          <SeverityMark severity={found.severity} />
          <Link to="/vulnerabilities/$id" params={{ id: found.id }}><HostileText text={found.id} /></Link>
          {found.kev && <KevMark />}
          <Link to="/images" search={{ filter: `vulnerability:${quoted(found.id)}` }}>{t(found.images >= MOST_COUNTED ? 'fresh.images.many' : 'fresh.images', { count: Math.min(found.images, MOST_COUNTED) })}</Link>
          {found.title && <span className="bh-quiet"><HostileText text={found.title} longest={80} /></span>}
        </li>
      )}
    </ShortList>
  );
}

/** What was done last, by whom. */
export function Latest() {
  const t = useMessages(messages);
  const words = useAuditWords();
  const latest = useQuery(queryOf(listAudit, { query: { limit: SHOWN_RECORDS } }));
  return (
    <ShortList title={t('latest')} none={t('latest.none')} all={{ to: '/audit', search: {}, label: t('latest.all') }} query={latest} topics={DONE_TOPICS}>
      {(record) => (
        <li key={record.sequence}>
          <Link to="/audit" search={{ record: String(record.sequence) }}>{words.action(record.action)}</Link>
          <HostileText text={record.object_name} longest={80} />
          <span>{record.actor.kind === 'user' ? <HostileText text={record.actor.name} longest={40} /> : words.kind(record.actor.kind)}</span>
          <span className="bh-quiet"><Timestamp moment={record.at} /></span>
        </li>
      )}
    </ShortList>
  );
}

interface ShortListProps<Item> {
  title: string;
  /** What stands there where nothing does. */
  none: string;
  all: { to: '/images' | '/vulnerabilities' | '/audit' | '/exceptions'; search: Search; label: string };
  query: UseQueryResult<Page<Item>>;
  topics?: readonly string[];
  children: (item: Item) => ReactNode;
}

function ShortList<Item>({ title, none, all, query, topics = IMAGE_CHANGES, children }: ShortListProps<Item>) {
  const [news, setNews] = useState(0);
  useEvents(topics, useCallback(() => { setNews((before) => before + 1); }, []));
  const show = () => {
    setNews(0);
    void query.refetch();
  };
  const items = query.data?.items ?? [];
  return (
    <section>
      <div className="bh-page-head">
        <h2>{title}</h2>
        <News of={title} count={news} onShow={show} />
      </div>
      {query.error && <Problem error={query.error} onRetry={show} />}
      {query.isPending && <Skeleton width="long" />}
      {query.data && items.length === 0 && <p>{none}</p>}
      {items.length > 0 && <ul className="bh-lines" role="list">{items.map(children)}</ul>}
      {items.length > 0 && <Link to={all.to} search={all.search}>{all.label}</Link>}
    </section>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listImages, listVulnerabilities } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { Command } from '../../parts/Command';
import { EmptyState } from '../../parts/EmptyState';
import { HostileText } from '../../parts/HostileText';
import { ImageName } from '../../parts/ImageName';
import { DECISIONS, KevMark, SeverityMark, VerdictMark } from '../../parts/marks';
import { Problem } from '../../parts/Problem';
import { Skeleton } from '../../parts/Skeleton';
import { Timestamp } from '../../parts/Timestamp';
import { WhyLink } from '../../parts/why/WhyLink';
import { WhyPlace } from '../../parts/why/WhyPlace';
import { messages } from './messages';
import { Tile } from './Tile';

const RISKS = [
  ['kev', 'kev:>0'],
  ['critical', 'critical:>0'],
  ['malware', 'malware:>0'],
  ['secrets', 'secrets:>0'],
  ['gaps', 'gaps:>0'],
] as const;

/** So many rows say what is worst; the lists have the rest. */
const SHOWN = 10;

/** What changed, and what needs somebody. Every number leads to exactly those rows. */
export function HomePage() {
  const t = useMessages(messages);
  const seesImages = useMay('images.read');
  const seesFindings = useMay('findings.read');
  return (
    <WhyPlace>
      <div className="bh-page">
        <h1>{t('title')}</h1>
        {seesImages && <Images />}
        {seesFindings && <Fresh />}
        {!seesImages && !seesFindings && <p>{t('none')}</p>}
      </div>
    </WhyPlace>
  );
}

function Images() {
  const t = useMessages(messages);
  const any = useQuery(queryOf(listImages, { query: { limit: 1 } }));
  if (any.data?.items.length === 0) return <FirstSteps />;
  return (
    <>
      <section>
        <h2>{t('verdicts')}</h2>
        <ul className="bh-tiles" role="list">
          {DECISIONS.map((decision) => (
            <Tile key={decision} filter={`decision:${decision}`}><VerdictMark decision={decision} /></Tile>
          ))}
        </ul>
      </section>
      <section>
        <h2>{t('risks')}</h2>
        <ul className="bh-tiles" role="list">
          {RISKS.map(([risk, filter]) => <Tile key={risk} filter={filter}>{t(`risk.${risk}`)}</Tile>)}
        </ul>
      </section>
      <Worst />
    </>
  );
}

function FirstSteps() {
  const t = useMessages(messages);
  const command = `bulkhead scan --register ${location.origin} --token-file TOKEN IMAGE`;
  return (
    <EmptyState title={t('first.title')}>
      <p>{t('first.text')}</p>
      <Command text={command} />
    </EmptyState>
  );
}

/** The denied images, the worst first. */
function Worst() {
  const t = useMessages(messages);
  const worst = useQuery(queryOf(listImages, { query: { filter: 'decision:deny', sort: '-severity', limit: SHOWN } }));
  return (
    <section>
      <h2>{t('worst')}</h2>
      {worst.error && <Problem error={worst.error} onRetry={() => void worst.refetch()} />}
      {worst.isPending && <Skeleton width="long" />}
      {worst.data?.items.length === 0 && <p>{t('worst.none')}</p>}
      <ul className="bh-lines" role="list">
        {worst.data?.items.map((image) => (
          <li key={image.digest}>
            <WhyLink decision={image.decision} digest={image.digest} />
            <SeverityMark severity={image.severity} />
            <ImageName name={image.name} digest={image.digest} />
            <span className="bh-quiet"><Timestamp moment={image.evaluated} /></span>
          </li>
        ))}
      </ul>
      {worst.data && worst.data.items.length > 0 && <Link to="/images" search={{ filter: 'decision:deny' }}>{t('worst.all')}</Link>}
    </section>
  );
}

/** Vulnerabilities that an image first had lately. */
function Fresh() {
  const t = useMessages(messages);
  const filter = 'first_seen:>=7d';
  const fresh = useQuery(queryOf(listVulnerabilities, { query: { filter, sort: '-severity', limit: SHOWN } }));
  return (
    <section>
      <h2>{t('fresh')}</h2>
      {fresh.error && <Problem error={fresh.error} onRetry={() => void fresh.refetch()} />}
      {fresh.isPending && <Skeleton width="long" />}
      {fresh.data?.items.length === 0 && <p>{t('fresh.none')}</p>}
      <ul className="bh-lines" role="list">
        {fresh.data?.items.map((found) => (
          <li key={found.id}>
            <SeverityMark severity={found.severity} />
            <Link to="/vulnerabilities/$id" params={{ id: found.id }}><HostileText text={found.id} /></Link>
            {found.kev && <KevMark />}
            <Link to="/images" search={{ filter: `vulnerability:${found.id}` }}>{t('fresh.images', { count: found.images })}</Link>
            {found.title && <span className="bh-quiet"><HostileText text={found.title} longest={80} /></span>}
          </li>
        ))}
      </ul>
      {fresh.data && fresh.data.items.length > 0 && <Link to="/vulnerabilities" search={{ filter }}>{t('fresh.all')}</Link>}
    </section>
  );
}

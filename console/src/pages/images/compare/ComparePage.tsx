import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { compareImages, showImage } from '../../../client/generated';
import { queryOf } from '../../../client/queries';
import { useMay } from '../../../frame/me';
import type { Search } from '../../../frame/routes';
import { useFormat, useMessages } from '../../../i18n/language';
import { EmptyState } from '../../../parts/EmptyState';
import { GapReason } from '../../../parts/gap/GapReason';
import { HostileText } from '../../../parts/HostileText';
import { ImageName } from '../../../parts/ImageName';
import { Loaded } from '../../../parts/Loaded';
import { SeverityMark } from '../../../parts/marks';
import { Alert } from '../../../parts/pf';
import { WhyLink } from '../../../parts/why/WhyLink';
import { WhyPlace } from '../../../parts/why/WhyPlace';
import { differenceOf, type ChangedFinding, type ChangedPackage, type Difference } from './difference';
import { messages } from './messages';
import { Others } from './Others';

const KINDS = ['vulnerabilities', 'secrets', 'malware', 'licenses', 'misconfigurations'] as const;

/** What a new version adds and removes: both are matched and judged as of now. */
export function ComparePage() {
  const t = useMessages(messages);
  const { old = '', new: next = '' }: Search = useSearch({ strict: false });
  return (
    <WhyPlace>
      <div className="bh-page">
        <h1>{t('title')}</h1>
        {next === '' && <EmptyState title={t('none.title')}><p>{t('none.text')}</p><p><Link to="/images">{t('none.images')}</Link></p></EmptyState>}
        {next !== '' && (
          <dl className="bh-facts">
            {old !== '' && <><dt>{t('old')}</dt><dd><Named digest={old} /></dd></>}
            <dt>{t('new')}</dt><dd><Named digest={next} /></dd>
          </dl>
        )}
        {next !== '' && old === '' && <Others digest={next} />}
        {next !== '' && old !== '' && <Compared old={old} next={next} />}
      </div>
    </WhyPlace>
  );
}

function Named({ digest }: { digest: string }) {
  const image = useQuery(queryOf(showImage, { path: { digest } }));
  return (
    <>
      <ImageName name={image.data?.name ?? ''} digest={digest} />
      {image.data && <> <WhyLink decision={image.data.decision} digest={digest} /></>}
    </>
  );
}

function Compared({ old, next }: { old: string; next: string }) {
  const compared = useQuery(queryOf(compareImages, { query: { old, new: next } }));
  return <Loaded isPart query={compared}>{(document) => <Sections difference={differenceOf(document)} />}</Loaded>;
}

function Sections({ difference: { findings, packages, notCompared, gaps } }: { difference: Difference }) {
  const t = useMessages(messages);
  const format = useFormat();
  const word = (told: string) => {
    const kind = KINDS.find((one) => one === told);
    return kind ? t(`kind.${kind}`) : told;
  };
  return (
    <>
      {notCompared.length > 0 && <Alert variant="warning" isInline title={t('not_compared', { kinds: format.list(notCompared.map(word)) })} />}
      {(['added', 'removed', 'changed'] as const).map((direction) => (
        <Section key={direction} title={t(`findings.${direction}`, { count: findings[direction].length })} none={t(`findings.${direction}.none`)}>
          {findings[direction].map((finding, at) => <Finding key={`${finding.id}-${String(at)}`} finding={finding} />)}
        </Section>
      ))}
      <Section title={t('packages', { count: packages.added.length + packages.removed.length + packages.changed.length })} none={t('packages.none')}>
        {(['added', 'removed', 'changed'] as const).flatMap((direction) =>
          packages[direction].map((one, at) => <Package key={`${direction}-${String(at)}`} direction={t(`package.${direction}`)} one={one} />),
        )}
      </Section>
      {gaps.length > 0 && (
        <Section title={t('gaps', { count: gaps.length })} none="">
          {gaps.map((gap) => <li key={gap.path}><HostileText text={gap.path} /> <span className="bh-quiet"><GapReason text={gap.reason} /></span></li>)}
        </Section>
      )}
    </>
  );
}

function Section({ title, none, children }: { title: string; none: string; children: ReactNode[] }) {
  return (
    <section>
      <h2>{title}</h2>
      {children.length === 0 ? <p>{none}</p> : <ul className="bh-lines" role="list">{children}</ul>}
    </section>
  );
}

function Finding({ finding }: { finding: ChangedFinding }) {
  const t = useMessages(messages);
  const maySeeVulnerabilities = useMay('findings.read');
  return (
    <li>
      {finding.oldSeverity !== null && <><SeverityMark severity={finding.oldSeverity} /> → </>}
      <SeverityMark severity={finding.severity} />
      {finding.kind === 'vulnerability' && maySeeVulnerabilities
        ? <Link to="/vulnerabilities/$id" params={{ id: finding.id }}><HostileText text={finding.id} /></Link>
        : <HostileText text={finding.id} />}
      <HostileText text={finding.place} />
      {finding.fixedVersion !== '' && <span className="bh-quiet">{t.rich('fixed', { version: <HostileText text={finding.fixedVersion} /> })}</span>}
    </li>
  );
}

function Package({ direction, one }: { direction: string; one: ChangedPackage }) {
  return (
    <li>
      <span className="bh-quiet">{direction}</span>
      <HostileText text={one.name} />
      <span>{one.oldVersion !== null && <><HostileText text={one.oldVersion} /> → </>}<HostileText text={one.version} /></span>
      <span className="bh-quiet"><HostileText text={one.type} /></span>
    </li>
  );
}

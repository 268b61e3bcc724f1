import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMessages } from '../../../i18n/language';
import { HostileText } from '../../../parts/HostileText';
import { messages } from './messages';
import { linkOf, originOf, type OriginFact } from './origin';

/** The longest address that stands in a line. */
const LONGEST = 60;

/** Where the index of an image is from, in one line: what built it, of what. Nothing where nothing is known. */
export function OriginLine({ source }: { source: unknown }) {
  const t = useMessages(messages);
  const facts = originOf(source).filter(({ name }) => name !== 'kind');
  return facts.map((fact) => (
    <span key={fact.name} className="bh-quiet">{t(`origin.${fact.name}`)} <OriginValue fact={fact} longest={LONGEST} /></span>
  ));
}

/** The same, whole. */
export function OriginFacts({ source }: { source: unknown }) {
  const t = useMessages(messages);
  const facts = originOf(source);
  if (facts.length === 0) return <p>{t('origin.none')}</p>;
  return (
    <dl className="bh-facts">
      {facts.flatMap((fact) => [<dt key={`${fact.name} name`}>{t(`origin.${fact.name}`)}</dt>, <dd key={fact.name}><OriginValue fact={fact} /></dd>])}
    </dl>
  );
}

function OriginValue({ fact: { name, value }, longest }: { fact: OriginFact; longest?: number }): ReactNode {
  const t = useMessages(messages);
  if (name === 'kind') return t(value === 'registry' ? 'origin.kind.registry' : 'origin.kind.pipeline');
  const shown = <HostileText text={value} longest={longest} />;
  if (name === 'id') return <Link to="/registries/$id" params={{ id: value }}>{shown}</Link>;
  const link = linkOf(value);
  return link === null ? shown : <a href={link} target="_blank" rel="noopener noreferrer">{shown}</a>;
}

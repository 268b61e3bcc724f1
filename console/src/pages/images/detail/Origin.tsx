import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { showRegistry } from '../../../client/generated';
import { queryOf } from '../../../client/queries';
import { useMay } from '../../../frame/me';
import { useMessages } from '../../../i18n/language';
import { HostileText, visible } from '../../../parts/HostileText';
import { messages } from './messages';
import { linkOf, originOf, type OriginFact } from './origin';

/** The longest address that stands in a line. */
const LONGEST = 60;

/** Where the index of an image is from, in one line: what built it, of what. Nothing where nothing is known. */
export function OriginLine({ source }: { source: unknown }) {
  const t = useMessages(messages);
  const maySeeRegistries = useMay('registries.read');
  const facts = originOf(source).filter(({ name }) => name !== 'kind');
  return facts.map((fact) => (
    <span key={fact.name} className={fact.name === 'id' && maySeeRegistries ? 'bh-quiet bh-late' : 'bh-quiet'}>{t(`origin.${fact.name}`)} <OriginValue fact={fact} longest={LONGEST} /></span>
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
  if (name === 'id') return <RegistryName id={value} />;
  const link = linkOf(value);
  return link === null ? shown : <a href={link} target="_blank" rel="noopener noreferrer">{shown}</a>;
}

/** A registry by its name; by its id where the reader may not see it, or it is there no more. */
function RegistryName({ id }: { id: string }) {
  const may = useMay('registries.read');
  const registry = useQuery({ ...queryOf(showRegistry, { path: { id } }), enabled: may, retry: false });
  // The line may have no room for the whole of it.
  if (!may || registry.error) return <span title={visible(id)}><HostileText text={id} /></span>;
  const name = registry.data?.name ?? '…';
  return <Link to="/registries/$id" params={{ id }} title={visible(name)}><HostileText text={name} /></Link>;
}

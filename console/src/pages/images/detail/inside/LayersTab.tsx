import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useMay } from '../../../../frame/me';
import type { Search } from '../../../../frame/routes';
import { useFormat, useMessages } from '../../../../i18n/language';
import { Digest } from '../../../../parts/Digest';
import { EmptyState } from '../../../../parts/EmptyState';
import { HostileText } from '../../../../parts/HostileText';
import { Loaded } from '../../../../parts/Loaded';
import { PlainTable } from '../../../../parts/PlainTable';
import { packagesOfLayer, rowsOfLayer } from '../../counted';
import { messages } from './messages';
import { insideQuery, type ImageInside } from './report';

/** So many removed packages are listed; the report has all of them. */
const LISTED = 200;

/** The layers of an image, what each brings, and what is hidden in lower ones. */
export default function LayersTab({ digest }: { digest: string }) {
  const inside = useQuery(insideQuery(digest));
  return <Loaded query={inside} isPart>{(data) => <Layers inside={data} />}</Loaded>;
}

function Layers({ inside: { layers, base, emptyHistory, removed } }: { inside: ImageInside }) {
  const t = useMessages(messages);
  const format = useFormat();
  const maySeeFindings = useMay('findings.read');
  const { layer: meant }: Search = useSearch({ strict: false });
  if (layers.length === 0) return <EmptyState title={t('layers.none')}><p>{t('layers.none.text')}</p></EmptyState>;
  const isBaseKnown = layers.some(({ isBase }) => isBase !== null);
  const numbered = (at: number | null) => (at === null ? '' : format.number(at));
  return (
    <div className="bh-about bh-about-wide">
      <section>
        <h2>{t('layers.title')}</h2>
        <p className="bh-quiet">
          {t('layers.text')} {isBaseKnown ? base !== '' && t.rich('layers.base', { name: <HostileText text={base} /> }) : t('layers.no_base')}
        </p>
        <PlainTable
          label={t('layers.title')}
          headings={[
            t('layers.position'), t('layers.command'), t('layers.size'), t('layers.packages'),
            ...(maySeeFindings ? [t('layers.vulnerabilities')] : []), ...(isBaseKnown ? [t('layers.from')] : []), t('layers.digest'),
          ]}
          rows={layers.map((layer, at) => ({
            key: String(at),
            isCurrent: String(at) === meant,
            cells: [
              format.number(at),
              <code key="command"><HostileText text={layer.command} /></code>,
              layer.bytes === null ? '' : format.bytes(layer.bytes),
              <Count key="packages" count={layer.packages} to={packagesOfLayer(at)} name={t('layers.open.packages', { count: layer.packages, number: format.number(at) })} />,
              ...(maySeeFindings ? [
                <Count key="vulnerabilities" count={layer.vulnerabilities} to={rowsOfLayer(at)} name={t('layers.open', { count: layer.vulnerabilities, number: format.number(at) })} />,
              ] : []),
              ...(isBaseKnown ? [layer.isBase === null ? t('layers.unknown') : t(layer.isBase ? 'layers.of_base' : 'layers.of_own')] : []),
              layer.digest === '' ? '' : <Digest key="digest" digest={layer.digest} />,
            ],
          }))}
        />
      </section>
      {removed.length > 0 && (
        <section>
          <h2>{t('removed.title')}</h2>
          <p className="bh-quiet">{t('removed.text')}</p>
          <PlainTable
            label={t('removed.title')}
            headings={[t('removed.package'), t('removed.added_in'), t('removed.removed_in')]}
            rows={removed.slice(0, LISTED).map((one, at) => ({ key: String(at), cells: [<HostileText key="purl" text={one.purl} />, numbered(one.addedIn), numbered(one.removedIn)] }))}
          />
          {removed.length > LISTED && <p className="bh-quiet">{t('removed.more', { count: removed.length - LISTED })}</p>}
        </section>
      )}
      {emptyHistory.length > 0 && (
        <details>
          <summary>{t('history.empty', { count: emptyHistory.length })}</summary>
          <ol className="bh-commands">
            {emptyHistory.map((command, at) => <li key={at}><code><HostileText text={command} /></code></li>)}
          </ol>
        </details>
      )}
    </div>
  );
}

/** How many a layer brought, which leads to them. */
function Count({ count, to, name }: { count: number; to: Search; name: string }) {
  const format = useFormat();
  if (count === 0) return format.number(count);
  return <Link to="." search={to} aria-label={name}>{format.number(count)}</Link>;
}

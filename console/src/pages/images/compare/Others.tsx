import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listImages, showImage, type ImageDetails } from '../../../client/generated';
import { queryOf } from '../../../client/queries';
import { useMessages } from '../../../i18n/language';
import { HostileText } from '../../../parts/HostileText';
import { Loaded } from '../../../parts/Loaded';
import { quoted } from '../../../parts/table/filter';
import { Timestamp } from '../../../parts/Timestamp';
import { WhyLink } from '../../../parts/why/WhyLink';
import { messages } from './messages';

/** So many of the newest are offered. */
const OFFERED = 20;

/** Images of the same repository: what an image is mostly compared with. */
export function Others({ digest }: { digest: string }) {
  const image = useQuery(queryOf(showImage, { path: { digest } }));
  return <Loaded isPart query={image}>{(details) => <OfRepository image={details} />}</Loaded>;
}

function OfRepository({ image }: { image: ImageDetails }) {
  const t = useMessages(messages);
  const name = image.names[0];
  const filter = name ? `registry:${quoted(name.registry)} repository:${quoted(name.repository)} -digest:${image.digest}` : `-digest:${image.digest}`;
  const others = useQuery(queryOf(listImages, { query: { filter, sort: '-registered', limit: OFFERED } }));
  return (
    <section>
      <h2>{t('others')}</h2>
      <Loaded isPart query={others}>
        {({ items }) => (
          items.length === 0 ? <p>{t('others.none')}</p> : (
            <>
            <p>{t('old.choose')}</p>
            <ul className="bh-lines" role="list">
              {items.map((other) => (
                <li key={other.digest}>
                  <WhyLink decision={other.decision} digest={other.digest} />
                  <Link to="/images/compare" search={{ old: other.digest, new: image.digest }}><HostileText text={other.name || other.digest} /></Link>
                  <span className="bh-quiet"><Timestamp moment={other.registered} /></span>
                </li>
              ))}
            </ul>
            </>
          )
        )}
      </Loaded>
    </section>
  );
}

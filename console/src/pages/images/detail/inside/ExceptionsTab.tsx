import { Link } from '@tanstack/react-router';
import type { ImageDetails } from '../../../../client/generated';
import { verdictOf, type VerdictException } from '../../../../client/verdict';
import { useMay } from '../../../../frame/me';
import { useFormat, useMessages } from '../../../../i18n/language';
import { EmptyState } from '../../../../parts/EmptyState';
import { ExceptButton } from '../../../../parts/exception/ExceptButton';
import { HostileText } from '../../../../parts/HostileText';
import { Icon } from '../../../../parts/icons';
import { PlainTable } from '../../../../parts/PlainTable';
import { quoted } from '../../../../parts/table/filter';
import { Timestamp } from '../../../../parts/Timestamp';
import { messages } from './messages';

/** The exceptions that cover something of an image, or did: as its verdict counts them. */
export default function ExceptionsTab({ image }: { image: ImageDetails }) {
  const t = useMessages(messages);
  const format = useFormat();
  const maySee = useMay('exceptions.read');
  const exceptions = image.current_verdict ? verdictOf(image.current_verdict).exceptions.filter(({ state }) => state !== 'unused') : [];
  const ask = <ExceptButton prefill={{ digest: image.digest, image: image.name }} />;
  const waiting = maySee && <Link to="/exceptions" search={{ state: 'requested' }}>{t('exceptions.requested')}</Link>;
  if (exceptions.length === 0) {
    return <EmptyState title={t('exceptions.none')} actions={<>{ask}{waiting}</>}><p>{t('exceptions.none.text')}</p></EmptyState>;
  }
  return (
    <div className="bh-about bh-about-wide">
      <section>
        <h2>{t('exceptions.title')}</h2>
        <p className="bh-quiet">{t('exceptions.text')}</p>
        <PlainTable
          label={t('exceptions.title')}
          headings={[t('exceptions.name'), t('exceptions.state'), t('exceptions.findings'), t('exceptions.until'), t('exceptions.owner'), t('exceptions.reason')]}
          rows={exceptions.map((exception) => ({
            key: exception.name,
            cells: [
              maySee ? <Link key="name" to="/exceptions" search={{ filter: `name:${quoted(exception.name)}` }}><HostileText text={exception.name} /></Link> : <HostileText key="name" text={exception.name} />,
              <State key="state" exception={exception} />,
              format.number(exception.findings),
              <Until key="until" expires={exception.expires} />,
              <HostileText key="owner" text={exception.owner} />,
              <HostileText key="reason" text={exception.reason} />,
            ],
          }))}
        />
        <p className="bh-actions">{ask}{waiting}</p>
      </section>
    </div>
  );
}

function State({ exception: { state } }: { exception: VerdictException }) {
  const t = useMessages(messages);
  const holds = state === 'used';
  return <span className={`bh-mark bh-decision-${holds ? 'excepted' : 'unknown'}`}><Icon name="excepted" /><span>{t(holds ? 'exceptions.used' : 'exceptions.expired')}</span></span>;
}

/** The last day that counts, as it was asked for, or the moment. */
function Until({ expires }: { expires: string }) {
  const format = useFormat();
  if (/^\d{4}-\d{2}-\d{2}$/.test(expires)) return <time dateTime={expires}>{format.date(`${expires}T12:00:00Z`)}</time>;
  return Number.isNaN(Date.parse(expires)) ? <HostileText text={expires} /> : <Timestamp moment={expires} isExact />;
}

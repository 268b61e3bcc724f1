import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ImageDetails } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import { useFormat, useMessages } from '../../../i18n/language';
import { Digest } from '../../../parts/Digest';
import { HostileText } from '../../../parts/HostileText';
import { SeverityMark } from '../../../parts/marks';
import { Alert } from '../../../parts/pf';
import { Timestamp } from '../../../parts/Timestamp';
import { WhyLink } from '../../../parts/why/WhyLink';
import { rowsOf, type Counted } from '../counted';
import { Actions } from './Actions';
import { messages } from './messages';
import { OriginLine } from './Origin';
import { RescanAsked } from './RescanAsked';

const COUNTED = ['critical', 'high', 'medium', 'low'] as const;

/** What matters most of an image: its verdict, what counts against it, what could not be read. */
export function Header({ image, isRemoved = false }: { image: ImageDetails; isRemoved?: boolean }) {
  const t = useMessages(messages);
  const format = useFormat();
  return (
    <header className="bh-image-head">
      <nav><Link to="/images">{t('images.back')}</Link></nav>
      <div className="bh-page-head">
        <h1><HostileText text={image.name || image.digest} /></h1>
        {!isRemoved && <Actions image={image} />}
      </div>
      <div role="status">{isRemoved && <Alert variant="warning" isInline title={t('removed')} />}</div>
      <div className="bh-summary">
        <WhyLink decision={image.decision} digest={image.digest} />
        {COUNTED.map((severity) => (
          <Count key={severity} counted={severity}>
            <SeverityMark severity={severity} /> <b>{format.number(image.counts[severity])}</b>
          </Count>
        ))}
        <Count counted="unrated"><SeverityMark severity="unknown" /> <b>{format.number(image.counts.unrated)}</b></Count>
        <Count counted="fixable">{t('fixable', { count: image.counts.fixable })}</Count>
        {image.counts.kev > 0 && <Count counted="kev">{t('kev', { count: image.counts.kev })}</Count>}
        <Digest digest={image.digest} />
        <span className="bh-quiet"><HostileText text={[image.os, image.platform].filter((part) => part !== '').join(' · ')} /></span>
        <span className="bh-quiet">{format.bytes(image.size_bytes)}</span>
        <span className="bh-quiet">{t('fact.evaluated')} <Timestamp moment={image.evaluated} /> <RescanAsked image={image} /></span>
        <OriginLine source={image.source} />
      </div>
      {image.counts.gaps > 0 && <Alert variant="warning" isInline isPlain title={t('gaps', { count: image.counts.gaps })} />}
    </header>
  );
}

/** A number, which leads to what it counts where the reader may see that. */
function Count({ counted, children }: { counted: Counted; children: ReactNode }) {
  return useMay('findings.read') ? <Link to="." search={rowsOf(counted)} className="bh-summary-count">{children}</Link> : <span className="bh-summary-count">{children}</span>;
}

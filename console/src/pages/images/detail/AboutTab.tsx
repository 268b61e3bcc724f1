import '@patternfly/react-styles/css/components/Table/table.css';
import { Link } from '@tanstack/react-router';
import type { ImageDetails } from '../../../client/generated';
import { useFormat, useMessages } from '../../../i18n/language';
import { Digest } from '../../../parts/Digest';
import { HostileText } from '../../../parts/HostileText';
import { quoted } from '../../../parts/table/filter';
import { Timestamp } from '../../../parts/Timestamp';
import { messages } from './messages';
import { OriginFacts } from './Origin';

/** Its names, where its index is from, who approved it. */
export function AboutTab({ image }: { image: ImageDetails }) {
  const t = useMessages(messages);
  const format = useFormat();
  const approval = image.approval === 'approved' ? 'approval.approved' : image.approval === 'not_approved' ? 'approval.not_approved' : 'approval.none';
  return (
    <div className="bh-about">
      <dl className="bh-facts">
        <dt>{t('fact.digest')}</dt><dd><Digest digest={image.digest} /></dd>
        {(image.indexes ?? []).length > 0 && <><dt>{t('fact.indexes')}</dt><dd>{(image.indexes ?? []).map((index) => <Digest key={index} digest={index} />)}</dd></>}
        <dt>{t('fact.platform')}</dt><dd><HostileText text={image.platform} /></dd>
        <dt>{t('fact.os')}</dt><dd><HostileText text={image.os} /></dd>
        <dt>{t('fact.size')}</dt><dd>{format.bytes(image.size_bytes)}</dd>
        {image.created && <><dt>{t('fact.created')}</dt><dd><Timestamp moment={image.created} isExact /></dd></>}
        <dt>{t('fact.registered')}</dt><dd><Timestamp moment={image.registered} isExact /></dd>
        <dt>{t('fact.indexed')}</dt><dd><Timestamp moment={image.indexed} isExact /></dd>
        <dt>{t('fact.evaluated')}</dt><dd><Timestamp moment={image.evaluated} isExact /></dd>
        <dt>{t('fact.approval')}</dt><dd>{t(approval)}</dd>
      </dl>
      <section>
        <h2>{t('names.title')}</h2>
        <div className="bh-scroll" tabIndex={0} role="region" aria-label={t('names.title')}>
          <table className="pf-v6-c-table pf-m-compact">
            <thead className="pf-v6-c-table__thead">
              <tr className="pf-v6-c-table__tr">
                {(['registry', 'repository', 'tag', 'seen', 'current'] as const).map((id) => <th key={id} className="pf-v6-c-table__th" scope="col">{t(`column.${id}`)}</th>)}
              </tr>
            </thead>
            <tbody className="pf-v6-c-table__tbody">
              {image.names.map((name) => (
                <tr className="pf-v6-c-table__tr" key={`${name.registry}/${name.repository}:${name.tag ?? ''}`}>
                  <td className="pf-v6-c-table__td"><Link to="/images" search={{ filter: `registry:${quoted(name.registry)}` }}><HostileText text={name.registry} /></Link></td>
                  <td className="pf-v6-c-table__td"><Link to="/images" search={{ filter: `registry:${quoted(name.registry)} repository:${quoted(name.repository)}` }}><HostileText text={name.repository} /></Link></td>
                  <td className="pf-v6-c-table__td">{name.tag && <HostileText text={name.tag} />}</td>
                  <td className="pf-v6-c-table__td"><Timestamp moment={name.seen} /></td>
                  <td className="pf-v6-c-table__td">{t(name.is_current ? 'yes' : 'no')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <section>
        <h2>{t('origin.title')}</h2>
        <OriginFacts source={image.source} />
      </section>
      <section>
        <h2>{t('approvals.title')}</h2>
        {image.approvals.length === 0 && <p>{t('approvals.none')}</p>}
        <ul>
          {image.approvals.map((approval) => (
            <li key={`${approval.registry}/${approval.repository}`}>
              <HostileText text={`${approval.registry}/${approval.repository}`} /> · {t('approvals.by', { name: approval.by, time: format.dateTime(approval.at) })}
              {approval.comment && <> · <HostileText text={approval.comment} /></>}
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

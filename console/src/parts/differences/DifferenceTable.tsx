import '@patternfly/react-styles/css/components/Table/table.css';
import { useMessages } from '../../i18n/language';
import { HostileText } from '../HostileText';
import { differences } from './differences';
import { messages } from './messages';

/** Before and after, one row for each place that differs. */
export function DifferenceTable({ before, after }: { before: unknown; after: unknown }) {
  const t = useMessages(messages);
  const found = differences(before, after);
  if (found.length === 0) return <p className="bh-quiet">{t('none')}</p>;
  return (
    <div className="bh-scroll" tabIndex={0} role="region" aria-label={t('title')}>
      <table className="pf-v6-c-table pf-m-compact bh-differences">
        <thead className="pf-v6-c-table__thead">
          <tr className="pf-v6-c-table__tr">
            {(['place', 'before', 'after'] as const).map((id) => <th key={id} scope="col" className="pf-v6-c-table__th">{t(id)}</th>)}
          </tr>
        </thead>
        <tbody className="pf-v6-c-table__tbody">
          {found.map((one, at) => (
            <tr key={at} className="pf-v6-c-table__tr">
              <th scope="row" className="pf-v6-c-table__th"><code>{one.path}</code></th>
              <td className="pf-v6-c-table__td">{one.before === null ? <span className="bh-quiet">{t('nothing')}</span> : <del><HostileText text={one.before} /></del>}</td>
              <td className="pf-v6-c-table__td">{one.after === null ? <span className="bh-quiet">{t('nothing')}</span> : <ins><HostileText text={one.after} /></ins>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

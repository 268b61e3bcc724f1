import '@patternfly/react-styles/css/components/Table/table.css';
import type { ReactNode } from 'react';

interface PlainTableProps {
  label: string;
  headings: readonly string[];
  rows: readonly { key: string; cells: readonly ReactNode[]; isCurrent?: boolean }[];
}

const show = (row: HTMLElement | null) => { row?.scrollIntoView({ block: 'nearest' }); };

/** A short list that comes as a whole. The row that the address means is marked, and comes into view. */
export function PlainTable({ label, headings, rows }: PlainTableProps) {
  return (
    <div className="bh-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="pf-v6-c-table pf-m-compact" aria-label={label}>
        <thead className="pf-v6-c-table__thead">
          <tr className="pf-v6-c-table__tr">
            {headings.map((heading, at) => (heading === '' ? <td key={at} className="pf-v6-c-table__td" /> : <th key={at} scope="col" className="pf-v6-c-table__th">{heading}</th>))}
          </tr>
        </thead>
        <tbody className="pf-v6-c-table__tbody">
          {rows.map((row) => (
            <tr key={row.key} className="pf-v6-c-table__tr" aria-current={row.isCurrent || undefined} ref={row.isCurrent ? show : undefined}>
              {row.cells.map((cell, at) => <td key={at} className="pf-v6-c-table__td">{cell}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

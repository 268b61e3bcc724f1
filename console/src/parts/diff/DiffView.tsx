import { useMemo } from 'react';
import { useMessages } from '../../i18n/language';
import { visible } from '../HostileText';
import { diffLines, type DiffLine } from './lines';
import { messages } from './messages';

const SIGNS = { same: ' ', added: '+', removed: '−' } as const;

/** Unchanged lines beside a change that are shown; the others are folded. */
const CONTEXT = 3;

/** What is different between two texts. Signs and words say it, not colors alone. */
export function DiffView({ before, after, label }: { before: string; after: string; label: string }) {
  const t = useMessages(messages);
  const parts = useMemo(() => folded(diffLines(before, after)), [before, after]);
  if (parts.every((part) => !Array.isArray(part) || part.every((line) => line.kind === 'same'))) return <p className="bh-quiet">{t('same')}</p>;
  return (
    <div className="bh-diff" role="region" aria-label={label} tabIndex={0}>
      {parts.map((part, at) =>
        Array.isArray(part) ? (
          part.map((line, index) => (
            <div key={`${String(at)}-${String(index)}`} className={`bh-diff-line bh-diff-${line.kind}`}>
              <span aria-hidden="true">{SIGNS[line.kind]}</span>
              <span>
                {line.kind !== 'same' && <span className="bh-hidden">{t(line.kind)}</span>}
                {visible(line.text, 2000)}
              </span>
            </div>
          ))
        ) : (
          <div key={String(at)} className="bh-diff-line bh-quiet"><span aria-hidden="true" /><span>{t('folded', { count: part.folded })}</span></div>
        ),
      )}
    </div>
  );
}

type Part = DiffLine[] | { folded: number };

/** The changes with some lines around them; the rest as numbers. */
function folded(lines: DiffLine[]): Part[] {
  const isNear = lines.map(() => false);
  lines.forEach((line, at) => {
    if (line.kind === 'same') return;
    for (let near = Math.max(0, at - CONTEXT); near <= Math.min(lines.length - 1, at + CONTEXT); near += 1) isNear[near] = true;
  });
  const parts: Part[] = [];
  lines.forEach((line, at) => {
    const last = parts.at(-1);
    if (isNear[at]) {
      if (Array.isArray(last)) last.push(line);
      else parts.push([line]);
    } else if (last && !Array.isArray(last)) last.folded += 1;
    else parts.push({ folded: 1 });
  });
  return parts;
}

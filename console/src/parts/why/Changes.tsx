import { useMemo } from 'react';
import type { Verdict, VerdictEvidence } from '../../client/verdict';
import { useFormat, useMessages } from '../../i18n/language';
import { useReasons } from '../gap/useReasons';
import { HostileText } from '../HostileText';
import { changesOf, named } from './changes';
import { messages } from './messages';
import { tellerOf } from './sentences';

/** So many ids of each kind are named; the verdict has all of them. */
const NAMED = 10;

/** What a verdict says that the one before it did not. Nothing where they say the same. */
export function Changes({ newer, older }: { newer: Verdict; older: Verdict }) {
  const t = useMessages(messages);
  const format = useFormat();
  const teller = useMemo(() => tellerOf(format), [format]);
  const changes = useMemo(() => changesOf(newer, older), [newer, older]);
  const say = useReasons(changes.some(({ more, fewer }) => [...more, ...fewer].some(isNoFinding)));
  if (changes.length === 0) return null;
  const listed = (evidence: readonly VerdictEvidence[]) => {
    const names = evidence.slice(0, NAMED).map((one) => named(one, isNoFinding(one) ? say(one.id) : one.id));
    return format.list([...names, ...(evidence.length > NAMED ? [t('evidence.more', { count: evidence.length - NAMED })] : [])]);
  };
  return (
    <ul className="bh-changes">
      {changes.map(({ reason, kind, more, fewer }) => (
        <li key={`${kind} ${reason.policy ?? ''} ${reason.control ?? ''} ${reason.code} ${JSON.stringify(reason.parameters)}`}>
          <b>{t(`change.${kind}`)}</b> {teller.reason(reason)}
          {more.length > 0 && <p className="bh-quiet">{t.rich('change.more', { ids: <HostileText text={listed(more)} longest={1000} /> })}</p>}
          {fewer.length > 0 && <p className="bh-quiet">{t.rich('change.fewer', { ids: <HostileText text={listed(fewer)} longest={1000} /> })}</p>}
        </li>
      ))}
    </ul>
  );
}

/** Whether it tells, in words, what could not be read. */
function isNoFinding({ kind }: VerdictEvidence): boolean {
  return kind === null;
}

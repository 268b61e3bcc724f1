import { useMemo } from 'react';
import type { Verdict } from '../../client/verdict';
import { useFormat, useMessages } from '../../i18n/language';
import { HostileText } from '../HostileText';
import { changesOf } from './changes';
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
  if (changes.length === 0) return null;
  const named = (ids: readonly string[]) => format.list([...ids.slice(0, NAMED), ...(ids.length > NAMED ? [t('evidence.more', { count: ids.length - NAMED })] : [])]);
  return (
    <ul className="bh-changes">
      {changes.map(({ reason, kind, more, fewer }) => (
        <li key={`${kind} ${reason.policy ?? ''} ${reason.control ?? ''} ${reason.code} ${JSON.stringify(reason.parameters)}`}>
          <b>{t(`change.${kind}`)}</b> {teller.reason(reason)}
          {more.length > 0 && <p className="bh-quiet">{t.rich('change.more', { ids: <HostileText text={named(more)} longest={1000} /> })}</p>}
          {fewer.length > 0 && <p className="bh-quiet">{t.rich('change.fewer', { ids: <HostileText text={named(fewer)} longest={1000} /> })}</p>}
        </li>
      ))}
    </ul>
  );
}

/** What caused a verdict, in the reader's words. */
export function VerdictCause({ cause }: { cause: string }) {
  const format = useFormat();
  const code = `event.word.${cause}`;
  const said = tellerOf(format).say(code);
  return said === code ? <code>{cause}</code> : said;
}

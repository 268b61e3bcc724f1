import { useFormat } from '../../i18n/language';
import { tellerOf } from './sentences';

/** What caused a verdict, in the reader's words. */
export function VerdictCause({ cause }: { cause: string }) {
  const format = useFormat();
  const code = `event.word.${cause}`;
  const said = tellerOf(format).say(code);
  return said === code ? <code>{cause}</code> : said;
}

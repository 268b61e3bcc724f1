import { useMessages } from '../i18n/language';
import { useMissing } from './arrival';
import { messages } from './messages';
import { MissingDialog } from './MissingPart';

/** Over the page that is shown: the one that was wanted did not come. */
export function MissingPage() {
  const t = useMessages(messages);
  const missing = useMissing();
  if (!missing) return null;
  const { href, again, giveUp } = missing;
  return <MissingDialog title={t('missing.title')} again={again} onClose={giveUp} reload={() => { location.assign(href); }} />;
}

import type { Cause } from '../../client/generated';
import { useFormat, useMessages } from '../../i18n/language';
import { HostileText } from '../HostileText';
import { messages } from './messages';
import { detailOf, sayCause } from './sentence';

/** Why something did not work: one sentence, and what the worker said beside it where the reader asks for it. */
export function CauseText({ cause }: { cause: Cause }) {
  const t = useMessages(messages);
  const format = useFormat();
  const detail = detailOf(cause);
  return (
    <div className="bh-cause">
      <p>{sayCause(cause, format)}</p>
      {detail !== '' && (
        <details>
          <summary>{t('details')}</summary>
          <p className="bh-quiet" lang="en"><HostileText text={detail} longest={1000} /></p>
        </details>
      )}
    </div>
  );
}

import type { Token } from '../../../client/generated';
import { useFormat, useMessages } from '../../../i18n/language';
import { Icon } from '../../../parts/icons';
import { useNow } from '../../../parts/Timestamp';
import { messages } from './messages';

/** Whether a token works, and since when it does not. */
export function TokenState({ token }: { token: Token }) {
  const t = useMessages(messages);
  const format = useFormat();
  const now = useNow();
  if (token.revoked) return <span className="bh-mark bh-decision-deny"><Icon name="deny" /><span>{t('state.revoked', { time: format.date(token.revoked) })}</span></span>;
  if (token.expires && Date.parse(token.expires) <= now) {
    return <span className="bh-mark bh-decision-unknown"><Icon name="unknown" /><span>{t('state.expired', { time: format.date(token.expires) })}</span></span>;
  }
  if (token.orphaned) return <span className="bh-mark bh-decision-would_deny"><Icon name="warn" /><span>{t('state.orphaned')}</span></span>;
  return <span className="bh-mark bh-decision-allow"><Icon name="allow" /><span>{t('state.active')}</span></span>;
}


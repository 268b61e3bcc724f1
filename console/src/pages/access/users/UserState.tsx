import type { User } from '../../../client/generated';
import { useReader, useMessages } from '../../../i18n/language';
import { Icon } from '../../../parts/icons';
import { useNow } from '../../../parts/Timestamp';
import { messages } from './messages';

/** Whether somebody can sign in, and what stands in the way. */
export function UserState({ user }: { user: User }) {
  const t = useMessages(messages);
  const { format } = useReader();
  const now = useNow();
  if (user.is_disabled) return <span className="bh-mark bh-decision-deny"><Icon name="deny" /><span>{t('state.disabled')}</span></span>;
  if (user.locked_until && Date.parse(user.locked_until) > now) {
    return <span className="bh-mark bh-decision-would_deny"><Icon name="warn" /><span>{t('state.locked', { time: format.dateTime(user.locked_until) })}</span></span>;
  }
  if (user.must_change_password) return <span className="bh-mark bh-decision-unknown"><Icon name="unknown" /><span>{t('state.must_change')}</span></span>;
  return <span className="bh-mark bh-decision-allow"><Icon name="allow" /><span>{t('state.active')}</span></span>;
}

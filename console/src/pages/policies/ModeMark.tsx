import type { Policy } from '../../client/generated';
import { useMessages } from '../../i18n/language';
import { Icon } from '../../parts/icons';
import { messages } from './messages';

/** Whether a policy denies, only tells, or is off. */
export function ModeMark({ policy }: { policy: Pick<Policy, 'is_enabled' | 'mode'> }) {
  const t = useMessages(messages);
  if (!policy.is_enabled) return <span className="bh-mark bh-decision-unknown"><Icon name="none" /><span>{t('mode.off')}</span></span>;
  if (policy.mode === 'audit') return <span className="bh-mark bh-decision-would_deny"><Icon name="warn" /><span>{t('mode.audit')}</span></span>;
  return <span className="bh-mark bh-decision-allow"><Icon name="check" /><span>{t('mode.enforce')}</span></span>;
}

import type { Registry } from '../../client/generated';
import { useFormat, useMessages } from '../../i18n/language';
import { sayCause } from '../../parts/cause/sentence';
import { Icon } from '../../parts/icons';
import { messages } from './messages';

/** How a registry does: paused, never listed, failing with its cause, or well. */
export function RegistryMark({ registry }: { registry: Registry }) {
  const t = useMessages(messages);
  const format = useFormat();
  if (!registry.is_enabled) return <span className="bh-mark bh-decision-unknown"><Icon name="none" /><span>{t('state.paused')}</span></span>;
  if (registry.failure) {
    const cause = sayCause(registry.failure, format);
    return <span className="bh-mark bh-decision-deny" title={cause}><Icon name="deny" /><span>{cause}</span></span>;
  }
  if (!registry.last_listed) return <span className="bh-mark bh-decision-unknown"><Icon name="unknown" /><span>{t('state.never')}</span></span>;
  return <span className="bh-mark bh-decision-allow"><Icon name="allow" /><span>{t('state.ok')}</span></span>;
}

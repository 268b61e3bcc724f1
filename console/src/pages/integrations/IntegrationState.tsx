import type { Integration } from '../../client/generated';
import { useMessages } from '../../i18n/language';
import { Icon, type IconName } from '../../parts/icons';
import { messages } from './messages';

const LOOKS = { well: ['allow', 'allow'], new: ['unknown', 'unknown'], failing: ['warn', 'would_deny'], off: ['none', 'unknown'] } as const satisfies Record<string, readonly [IconName, string]>;

/** How an integration does, by what happened last. */
export function IntegrationState({ integration }: { integration: Integration }) {
  const t = useMessages(messages);
  const state = stateOf(integration);
  const [icon, color] = LOOKS[state];
  return <span className={`bh-mark bh-decision-${color}`}><Icon name={icon} /><span>{t(`state.${state}`)}</span></span>;
}

function stateOf({ is_enabled, delivered, failed }: Integration): keyof typeof LOOKS {
  if (!is_enabled) return 'off';
  if (failed && (!delivered || Date.parse(failed) > Date.parse(delivered))) return 'failing';
  return delivered ? 'well' : 'new';
}

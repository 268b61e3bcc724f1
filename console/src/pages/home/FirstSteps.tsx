import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listPolicies, type Summary } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { Command } from '../../parts/Command';
import { EmptyState } from '../../parts/EmptyState';
import { Icon } from '../../parts/icons';
import { messages } from './messages';

/** What to do while there is no image. Each step tells by itself whether it is done; the last one turns the page. */
export function FirstSteps({ summary }: { summary: Summary }) {
  const t = useMessages(messages);
  const seesPolicies = useMay('policies.read');
  const policies = useQuery({ ...queryOf(listPolicies, { query: { limit: 1 } }), enabled: seesPolicies });
  const command = `bulkhead scan --register ${location.origin} --token-file TOKEN IMAGE`;
  return (
    <EmptyState title={t('first.title')}>
      <p>{t('first.text')}</p>
      <ol className="bh-steps">
        <Step name="intelligence" to="/system/intelligence" permission="intelligence.read" isDone={summary.intelligence != null} />
        <Step name="policy" to="/policies/new" permission="policies.write" isDone={(policies.data?.items.length ?? 0) > 0} />
        <Step name="registry" to="/registries/new" permission="registries.write" isDone={(summary.registries?.total ?? 0) > 0} />
        <Step name="token" to="/me" />
      </ol>
      <p>{t('first.command')}</p>
      <Command text={command} />
    </EmptyState>
  );
}

interface StepProps {
  name: 'intelligence' | 'policy' | 'registry' | 'token';
  to: '/system/intelligence' | '/policies/new' | '/registries/new' | '/me';
  permission?: string;
  isDone?: boolean;
}

function Step({ name, to, permission, isDone = false }: StepProps) {
  const t = useMessages(messages);
  const may = useMay(permission ?? '') || permission === undefined;
  if (!may) return null;
  return (
    <li>
      <Link to={to}>{t(`step.${name}`)}</Link>
      {isDone && <span className="bh-mark bh-decision-allow"><Icon name="allow" /><span>{t('step.done')}</span></span>}
      <p className="bh-quiet">{t(`step.${name}.text`)}</p>
    </li>
  );
}

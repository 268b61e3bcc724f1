import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listPolicies, type Summary } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMay } from '../../frame/me';
import type { Search } from '../../frame/routes';
import { useMessages } from '../../i18n/language';
import { EmptyState } from '../../parts/EmptyState';
import { Icon } from '../../parts/icons';
import ScanCommand from '../../parts/scan/ScanCommand';
import { messages } from './messages';
import { hasOwnPolicy } from './steps';

const TOKENS = { tab: 'tokens' };

/** What to do while there is no image. Each step tells by itself whether it is done; the last one turns the page. */
export function FirstSteps({ summary }: { summary: Summary }) {
  const t = useMessages(messages);
  const seesPolicies = useMay('policies.read');
  const policies = useQuery({ ...queryOf(listPolicies, { query: { limit: 2 } }), enabled: seesPolicies });
  return (
    <EmptyState title={t('first.title')}>
      <p>{t('first.text')}</p>
      <ol className="bh-steps">
        <Step name="intelligence" to="/system/intelligence" permission="intelligence.read" isDone={summary.intelligence != null} />
        <Step name="policy" to="/policies/new" permission="policies.write" isDone={hasOwnPolicy(policies.data?.items ?? [])} />
        <Step name="registry" to="/registries/new" permission="registries.write" isDone={(summary.registries?.total ?? 0) > 0} />
        <Step name="token" to="/me" search={TOKENS} />
      </ol>
      <p>{t('first.command')}</p>
      <ScanCommand />
    </EmptyState>
  );
}

interface StepProps {
  name: 'intelligence' | 'policy' | 'registry' | 'token';
  to: '/system/intelligence' | '/policies/new' | '/registries/new' | '/me';
  search?: Search;
  permission?: string;
  isDone?: boolean;
}

function Step({ name, to, search = {}, permission, isDone = false }: StepProps) {
  const t = useMessages(messages);
  const may = useMay(permission ?? '') || permission === undefined;
  if (!may) return null;
  return (
    <li>
      <Link to={to} search={search}>{t(`step.${name}`)}</Link>
      {isDone && <span className="bh-mark bh-decision-allow"><Icon name="allow" /><span>{t('step.done')}</span></span>}
      <p className="bh-quiet">{t(`step.${name}.text`)}</p>
    </li>
  );
}

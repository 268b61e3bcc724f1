import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { HealthPart } from '../../client/generated';
import type { Search } from '../../frame/routes';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { CauseText } from '../../parts/cause/CauseText';
import { Icon } from '../../parts/icons';
import { Problem } from '../../parts/Problem';
import { Skeleton } from '../../parts/Skeleton';
import { Timestamp } from '../../parts/Timestamp';
import { messages } from './messages';
import { healthQuery } from './queries';

const PARTS = ['database', 'intelligence', 'evaluation', 'jobs', 'registries', 'integrations', 'audit'] as const;

type Part = (typeof PARTS)[number];

/** Where what is wrong with a part is looked at, and the right that it needs. */
const PLACES: Partial<Record<Part, { to: '/system/intelligence' | '/jobs' | '/registries' | '/integrations' | '/audit'; search?: Search; permission: string }>> = {
  intelligence: { to: '/system/intelligence', permission: 'intelligence.read' },
  jobs: { to: '/jobs', search: { filter: 'state:dead,waiting' }, permission: 'jobs.read' },
  registries: { to: '/registries', search: { filter: 'failing:true' }, permission: 'registries.read' },
  integrations: { to: '/integrations', permission: 'integrations.read' },
  audit: { to: '/audit', permission: 'audit.read' },
};

/** What tells how long it lasts by itself: since when somebody noticed would contradict it. */
const AGES = new Set(['health.intelligence.old']);

/** How the installation does: one line where all is well, else what is wrong and where to look. */
export function HealthStrip() {
  const t = useMessages(messages);
  const health = useQuery(healthQuery);
  if (health.error) return <Problem error={health.error} onRetry={() => void health.refetch()} />;
  if (!health.data) return <Skeleton width="long" />;
  const wrong = health.data.parts.filter(({ state }) => state !== 'ok');
  if (wrong.length === 0) {
    return (
      <p className="bh-health">
        <Icon name="allow" className="bh-decision-allow" />
        <span>{t.rich('health.ok', { time: <Timestamp moment={health.data.at} /> })}</span>
      </p>
    );
  }
  return <ul className="bh-health" role="list" aria-label={t('health')}>{wrong.map((part) => <Wrong key={part.part} part={part} />)}</ul>;
}

function Wrong({ part }: { part: HealthPart }) {
  const t = useMessages(messages);
  const known = PARTS.find((one) => one === part.part);
  const place = known && PLACES[known];
  const may = useMay(place?.permission ?? '');
  const name = known ? t(`part.${known}`) : part.part;
  return (
    <li>
      <Icon name={part.state === 'failing' ? 'deny' : 'warn'} className={part.state === 'failing' ? 'bh-decision-deny' : 'bh-decision-would_deny'} />
      <b>{place && may ? <Link to={place.to} search={place.search ?? {}}>{name}</Link> : name}</b>
      {part.cause && <CauseText cause={part.cause} />}
      {part.since && !AGES.has(part.cause?.code ?? '') && <span className="bh-quiet">{t.rich('health.since', { time: <Timestamp moment={part.since} /> })}</span>}
    </li>
  );
}

import type { TestStep } from '../../client/generated';
import { useMessages } from '../../i18n/language';
import { CauseText } from '../cause/CauseText';
import { Icon } from '../icons';
import { TEST_STEPS } from './job';
import { messages } from './messages';

const MARKS = {
  ok: { icon: 'allow', color: 'allow' },
  failed: { icon: 'deny', color: 'deny' },
  skipped: { icon: 'none', color: 'unknown' },
  waiting: { icon: 'unknown', color: 'unknown' },
} as const;

/** The steps of a connection test, each with its state; those that nobody has tried yet wait. */
export function TestSteps({ steps, isWaiting }: { steps: readonly TestStep[]; isWaiting: boolean }) {
  const t = useMessages(messages);
  if (steps.length === 0 && !isWaiting) return null;
  const names = steps.some((one) => one.step === 'exchange') ? (['exchange', ...TEST_STEPS] as const) : TEST_STEPS;
  return (
    <ol className="bh-steps" aria-label={t('steps.label')} aria-live="polite">
      {names.map((name) => {
        const step = steps.find((one) => one.step === name);
        const outcome = step?.outcome === 'ok' || step?.outcome === 'failed' ? step.outcome : isWaiting ? 'waiting' : 'skipped';
        const { icon, color } = MARKS[outcome];
        return (
          <li key={name} className={`bh-step bh-mark bh-decision-${color}`}>
            <Icon name={icon} />
            <div>
              <p><strong>{t(`step.${name}`)}</strong> <span className="bh-quiet">{t(`outcome.${outcome}`)}</span></p>
              {step?.cause && <CauseText cause={step.cause} />}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

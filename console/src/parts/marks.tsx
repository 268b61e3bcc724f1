// Severity and decision: a shape, a word and a colour, in this order of weight.
import { memo } from 'react';
import { useMessages } from '../i18n/language';
import { Icon, type IconName } from './icons';
import { messages } from './messages';

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'none', 'unknown'] as const;

export type Severity = (typeof SEVERITIES)[number];

export const DECISIONS = ['deny', 'unknown', 'would_deny', 'excepted', 'allow'] as const;

export type Decision = (typeof DECISIONS)[number];

const SEVERITY_ICONS: Record<Severity, IconName> = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
  none: 'none',
  unknown: 'unknown',
};

const DECISION_ICONS: Record<Decision, IconName> = {
  allow: 'allow',
  excepted: 'excepted',
  would_deny: 'warn',
  unknown: 'unknown',
  deny: 'deny',
};

export function severityOf(word: string | null | undefined): Severity {
  return SEVERITIES.find((known) => known === word) ?? 'unknown';
}

export function decisionOf(word: string | null | undefined): Decision {
  return DECISIONS.find((known) => known === word) ?? 'unknown';
}

export const SeverityMark = memo(function SeverityMark({ severity }: { severity: string | null | undefined }) {
  const t = useMessages(messages);
  const known = severityOf(severity);
  return (
    <span className={`bh-mark bh-severity-${known}`}>
      <Icon name={SEVERITY_ICONS[known]} />
      <span>{t(`severity.${known}`)}</span>
    </span>
  );
});

export const VerdictMark = memo(function VerdictMark({ decision }: { decision: string }) {
  const t = useMessages(messages);
  const known = decisionOf(decision);
  return (
    <span className={`bh-mark bh-decision-${known}`}>
      <Icon name={DECISION_ICONS[known]} />
      <span>{t(`decision.${known}`)}</span>
    </span>
  );
});

/** Known to be exploited; nothing where it is not. */
export function KevMark() {
  const t = useMessages(messages);
  return (
    <span className="bh-mark bh-kev">
      <Icon name="alarm" />
      <span>{t('kev')}</span>
    </span>
  );
}

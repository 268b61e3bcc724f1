import type { ReactNode } from 'react';
import type { Verdict, VerdictPolicy } from '../../client/verdict';
import { useFormat, useMessages } from '../../i18n/language';
import { visible } from '../HostileText';
import { Timestamp } from '../Timestamp';
import { messages } from './messages';

/** A verdict in one sentence: what was decided and when, by which policies in which version and mode, for how many controls. */
export function Sentence({ verdict }: { verdict: Verdict }): ReactNode {
  const t = useMessages(messages);
  const format = useFormat();
  const { decision, evaluated } = verdict;
  const time = <Timestamp moment={evaluated} isExact />;
  const applied = verdict.policies.filter((policy) => policy.applied);
  const deciding = applied.filter((policy) => policy.decision === decision);
  const about = ({ name, version, storedVersion, mode }: VerdictPolicy) => ({
    name: visible(version === '' ? name : `${name} ${version}`),
    about: [...(storedVersion === null ? [] : [t('sentence.version', { number: String(storedVersion) })]), t(mode === 'audit' ? 'sentence.audit' : 'sentence.enforce')].join(t('sentence.comma')),
  });
  const policies = (what: 'fails' | 'unsure') => format.list(deciding.map((policy) => t(`sentence.${what}`, { ...about(policy), count: controlsOf([policy], what === 'fails' ? 'fail' : 'error') })));
  switch (decision) {
    case 'deny':
      // Signatures, approved digests and the like stand beside policies.
      return deciding.length > 0
        ? t.rich('sentence.deny', { time, policies: policies('fails') })
        : t.rich('sentence.deny.other', { time, count: verdict.reasons.filter(({ control }) => control === null).length });
    case 'would_deny':
      return t.rich('sentence.would_deny', { time, policies: policies('fails') });
    case 'excepted':
      return t.rich('sentence.excepted', { time, count: verdict.exceptions.filter(({ state }) => state === 'used').length });
    case 'allow': {
      const warnings = controlsOf(applied, 'warn');
      return warnings > 0 ? t.rich('sentence.allow.warns', { time, count: applied.length, warnings }) : t.rich('sentence.allow', { time, count: applied.length });
    }
    default:
      return deciding.length > 0 ? t.rich('sentence.unknown', { time, policies: policies('unsure') }) : t.rich('sentence.unknown.other', { time });
  }
}

function controlsOf(policies: readonly VerdictPolicy[], decision: string): number {
  return policies.reduce((sum, { controls }) => sum + controls.filter((control) => control.decision === decision).length, 0);
}

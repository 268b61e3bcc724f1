// What policies say, in words: the catalogs of `content/messages`, which the command line and reports use too. The build
// takes those sentences that verdicts need (`vite.config.ts`).
import { english, japanese } from 'virtual:verdict-sentences';
import type { VerdictEvidence, VerdictException, VerdictPolicy, VerdictReason } from '../../client/verdict';
import type { Format } from '../../i18n/format';
import { fill, type Value } from '../../i18n/message';
import { visible } from '../HostileText';

export interface Teller {
  say: (code: string, values?: Readonly<Record<string, Value>>) => string;
  reason: (reason: VerdictReason) => string;
  remedy: (reason: VerdictReason) => string;
  policy: (policy: VerdictPolicy) => string;
  exception: (exception: VerdictException) => string;
  severity: (evidence: VerdictEvidence) => string;
}

export function tellerOf(format: Format): Teller {
  const sentences = format.language === 'ja' ? japanese : english;
  const say = (code: string, values: Readonly<Record<string, Value>> = {}) => {
    const safe = Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? visible(value) : value] as const);
    // A code that this console does not know yet is shown as it is: better than nothing.
    return fill(sentences[code] ?? code, Object.fromEntries(safe), format);
  };
  // Severities are words of the API; in a sentence they are the reader's.
  const worded = ({ parameters }: VerdictReason) => {
    const word = sentences[`table.severity.${String(parameters.severity)}`];
    return word === undefined ? parameters : { ...parameters, severity: word };
  };
  return {
    say,
    reason: (reason) => say(reason.code, worded(reason)),
    remedy: (reason) => say(`${reason.code}.remedy`, worded(reason)),
    policy: (policy) => {
      const failing = policy.controls.filter((control) => control.decision !== 'pass').length;
      const name = policy.version === '' ? policy.name : `${policy.name} ${policy.version}`;
      return say(policyCode(policy, failing), { name, count: failing, controls: policy.controls.length });
    },
    exception: (exception) =>
      say(`verdict.exception.${exception.state}`, {
        name: exception.name,
        owner: exception.owner,
        reason: exception.reason,
        date: dateOf(exception.expires, format),
        count: exception.findings,
      }),
    severity: (evidence) => (evidence.severity ? say(`table.severity.${evidence.severity}`) : ''),
  };
}

/** The last day as the reader writes days, or the moment. */
function dateOf(expires: string, format: Format): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(expires) ? format.date(`${expires}T12:00:00Z`) : format.dateTime(expires);
}

function policyCode(policy: VerdictPolicy, failing: number): string {
  if (!policy.applied) return 'verdict.policy.not_applied';
  if (failing === 0) return 'verdict.policy.passes';
  switch (policy.decision) {
    case 'deny':
      return 'verdict.policy.denies';
    case 'would_deny':
      return 'verdict.policy.would_deny';
    case 'unknown':
      return 'verdict.policy.unknown';
    default:
      return 'verdict.policy.warns';
  }
}

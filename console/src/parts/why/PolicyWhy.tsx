import type { VerdictPolicy } from '../../client/verdict';
import { useMessages } from '../../i18n/language';
import { HostileText } from '../HostileText';
import { Icon } from '../icons';
import { messages } from './messages';
import type { Teller } from './sentences';

/** A policy that was considered: whether it applies and why, and what it says. */
export function PolicyWhy({ policy, teller }: { policy: VerdictPolicy; teller: Teller }) {
  const t = useMessages(messages);
  const clauses = [...new Set(policy.controls.flatMap((control) => control.clauses))];
  return (
    <article className="bh-reason">
      <p><strong>{teller.policy(policy)}</strong></p>
      <p className="bh-quiet">
        {t('mode', { mode: t(policy.mode === 'audit' ? 'mode.audit' : 'mode.enforce') })}
        {policy.storedVersion !== null && <> · {t('stored_version', { number: policy.storedVersion })}</>}
      </p>
      {policy.scope.length === 0 ? (
        <p className="bh-quiet">{t('scope.all')}</p>
      ) : (
        <ul className="bh-scope">
          {policy.scope.map((term) => (
            <li key={term.term}>
              <Icon name={term.isTrue ? 'check' : 'close'} /> <code>{term.term}</code> <HostileText text={term.meaning} />{' '}
              <span className="bh-quiet">{t(term.isTrue ? 'scope.holds' : 'scope.holds_not')}</span>
            </li>
          ))}
        </ul>
      )}
      {clauses.length > 0 && <p className="bh-quiet">{t('serves', { clauses: clauses.join(', ') })}</p>}
    </article>
  );
}

import { useMutation } from '@tanstack/react-query';
import { verifyAudit, type AuditFault, type AuditVerification } from '../../client/generated';
import { useMessages } from '../../i18n/language';
import { Alert, Button } from '../../parts/pf';
import { Problem } from '../../parts/Problem';
import { messages } from './messages';

const FAULTS = ['deleted', 'altered', 'moved', 'rewritten', 'forged_checkpoint', 'beheaded', 'added'] as const;

/** Reads the whole trail where the reader wants to know, and says in words what was found. */
export function Verification() {
  const t = useMessages(messages);
  const verify = useMutation({ mutationFn: () => verifyAudit({}) });
  return (
    <>
      <div className="bh-actions">
        <Button variant="secondary" isLoading={verify.isPending} isDisabled={verify.isPending} onClick={() => { verify.mutate(); }}>{t('verify')}</Button>
        <span role="status">{verify.isPending ? t('verify.running') : ''}</span>
      </div>
      {verify.error && <Problem error={verify.error} onRetry={() => { verify.mutate(); }} />}
      {verify.data && <Found found={verify.data} />}
    </>
  );
}

function Found({ found }: { found: AuditVerification }) {
  const t = useMessages(messages);
  const says = useFaultWords();
  return (
    <div role="status">
      {found.fault ? (
        <Alert variant="danger" isInline title={says(found.fault)}>{t('verify.good', { last: String(found.last) })}</Alert>
      ) : (
        <Alert variant={found.unknown_checkpoints > 0 ? 'warning' : 'success'} isInline title={t('verify.whole', { first: String(found.first), last: String(found.last) })}>
          {t('verify.checkpoints', { count: found.checkpoints })}
          {found.unknown_checkpoints > 0 && <> {t('verify.unknown', { count: found.unknown_checkpoints })}</>}
        </Alert>
      )}
    </div>
  );
}

function useFaultWords(): (fault: AuditFault) => string {
  const t = useMessages(messages);
  return ({ code, sequence }) => {
    const known = FAULTS.find((one) => one === code);
    return known ? t(`verify.${known}`, { number: String(sequence) }) : t('verify.other', { number: String(sequence), code });
  };
}

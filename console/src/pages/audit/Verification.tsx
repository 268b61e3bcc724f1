import { useMutation } from '@tanstack/react-query';
import { verifyAudit, type AuditFault, type AuditVerification, type AuditVerificationKey } from '../../client/generated';
import { useFormat, useMessages } from '../../i18n/language';
import { Command } from '../../parts/Command';
import { CopyButton } from '../../parts/CopyButton';
import { Alert, Button } from '../../parts/pf';
import { PlainTable } from '../../parts/PlainTable';
import { Problem } from '../../parts/Problem';
import { Timestamp } from '../../parts/Timestamp';
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
      {verify.data && <Keys keys={verify.data.keys ?? []} />}
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

/** By which keys checkpoints agree, since when each signs, and how the same is verified elsewhere. */
function Keys({ keys }: { keys: readonly AuditVerificationKey[] }) {
  const t = useMessages(messages);
  const format = useFormat();
  return (
    <>
      {keys.length > 0 && (
        <section>
          <h2>{t('keys.title')}</h2>
          <p className="bh-quiet">{t('keys.text')}</p>
          <PlainTable
            label={t('keys.title')}
            headings={[t('keys.id'), t('keys.whose'), t('keys.count'), t('keys.first'), t('keys.last'), t('keys.public')]}
            rows={keys.map((key) => ({
              key: key.id,
              cells: [
                <code key="id">{key.id}</code>,
                t(key.is_own ? 'keys.own' : 'keys.other'),
                format.number(key.checkpoints),
                <Timestamp key="first" moment={key.first} isExact />,
                <Timestamp key="last" moment={key.last} isExact />,
                <CopyButton key="public" text={key.public_key} label={t('keys.copy')} />,
              ],
            }))}
          />
        </section>
      )}
      <details>
        <summary>{t('outside.title')}</summary>
        <p>{t('outside.text')}</p>
        <p>{t('outside.kept')}</p>
        <Command text="bulkhead admin audit verify --checkpoints kept.json --key audit-signing.pub" />
        <p>{t('outside.file')}</p>
        <Command text="bulkhead admin audit verify trail.jsonl --checkpoints kept.json --key audit-signing.pub" />
      </details>
    </>
  );
}

function useFaultWords(): (fault: AuditFault) => string {
  const t = useMessages(messages);
  return ({ code, sequence }) => {
    const known = FAULTS.find((one) => one === code);
    return known ? t(`verify.${known}`, { number: String(sequence) }) : t('verify.other', { number: String(sequence), code });
  };
}

import { Failure } from '../client/failure';
import { useFormat, useMessages } from '../i18n/language';
import { sayProblem } from '../i18n/problems';
import { CopyButton } from './CopyButton';
import { useRefusedLabel } from './field/refused';
import { messages } from './messages';
import { Alert, Button } from './pf';

/** What went wrong, in the place where the answer would stand, and told aloud: one sentence, the id of the request, a way on. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useMessages(messages);
  const format = useFormat();
  const label = useRefusedLabel(error);
  const failure = error instanceof Failure ? error : null;
  const details = failure && JSON.stringify({ status: failure.status, code: failure.code, parameters: failure.parameters, detail: failure.detail, request: failure.request });
  return (
    <Alert
      role="alert"
      variant="danger"
      isInline
      title={sayProblem(error, format, label)}
      className="bh-problem"
      actionLinks={
        <>
          {onRetry && (
            <Button variant="link" isInline onClick={onRetry}>
              {t('retry')}
            </Button>
          )}
          {details && <CopyButton text={details} label={t('problem.copy')} />}
        </>
      }
    >
      {failure?.request && <small>{t('problem.request', { id: failure.request })}</small>}
    </Alert>
  );
}

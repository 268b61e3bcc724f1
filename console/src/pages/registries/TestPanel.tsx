import { useMessages } from '../../i18n/language';
import { CauseText } from '../../parts/cause/CauseText';
import { stepsOf } from '../../parts/job/job';
import { TestSteps } from '../../parts/job/TestSteps';
import { Alert } from '../../parts/pf';
import { Problem } from '../../parts/Problem';
import { messages } from './messages';
import type { ConnectionTest } from './useTest';

/** How a test of the connection goes. */
export function TestPanel({ test }: { test: ConnectionTest }) {
  const t = useMessages(messages);
  const { job } = test;
  return (
    <div className="bh-section" aria-live="polite">
      {test.error && <Problem error={test.error} />}
      {job && <TestSteps steps={stepsOf(job)} isWaiting={test.isRunning} />}
      {test.isAlone && <Alert variant="warning" isInline title={t('test.alone')}>{t('test.alone.text')}</Alert>}
      {job?.failure && <CauseText cause={job.failure} />}
      {test.isGood && <Alert variant="success" isInline isPlain title={t('test.good')} />}
    </div>
  );
}

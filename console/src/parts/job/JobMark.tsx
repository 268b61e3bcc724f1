import { memo } from 'react';
import type { Job } from '../../client/generated';
import { useFormat, useMessages } from '../../i18n/language';
import { HostileText } from '../HostileText';
import { Icon, type IconName } from '../icons';
import { failedStepOf, jobKindOf, jobStateOf, progressOf, subjectOf, type JobState } from './job';
import { messages } from './messages';
import { workOf } from './work';

const MARKS: Record<JobState, { icon: IconName; color: string }> = {
  waiting: { icon: 'excepted', color: 'unknown' },
  leased: { icon: 'refresh', color: 'excepted' },
  done: { icon: 'allow', color: 'allow' },
  dead: { icon: 'deny', color: 'deny' },
  cancelled: { icon: 'none', color: 'unknown' },
};

/** Where a job stands: shape, word, and how far it is where it tells. */
export const JobMark = memo(function JobMark({ job, isPlain = false }: { job: Job; isPlain?: boolean }) {
  const t = useMessages(messages);
  const format = useFormat();
  const state = jobStateOf(job.state);
  const isBad = state === 'done' && failedStepOf(job) !== null;
  const { icon, color } = isBad ? MARKS.dead : MARKS[state];
  const progress = state === 'leased' && !isPlain ? progressOf(job) : null;
  return (
    <span className={`bh-mark bh-decision-${color}`}>
      <Icon name={icon} />
      <span>{t(isBad ? 'state.failed_test' : `state.${state}`)}</span>
      {progress && (
        <small className="bh-quiet">
          {' '}
          {progress.total === null ? t('progress.open', { done: format.number(progress.done) }) : t('progress', { done: progress.done, total: progress.total })}
        </small>
      )}
    </span>
  );
});

/** What a job does, in words. */
export const JobName = memo(function JobName({ job }: { job: Job }) {
  const t = useMessages(messages);
  const kind = jobKindOf(job.kind);
  const subject = subjectOf(job);
  const work = workOf(job, t);
  return (
    <>
      {work !== '' ? work : kind ? t(`kind.${kind}`) : job.kind}
      {subject !== '' && <> · <HostileText text={subject} /></>}
    </>
  );
});

// Jobs as pages need them. Kinds and members that this console does not know yet do not break it: a newer server has more.
import type { Job, TestStep } from '../../client/generated';

export const JOB_STATES = ['waiting', 'leased', 'done', 'dead', 'cancelled'] as const;

export type JobState = (typeof JOB_STATES)[number];

export const JOB_KINDS = ['scan', 'list', 'test', 'export', 'bulk', 'dry_run'] as const;

export type JobKind = (typeof JOB_KINDS)[number];

/** What the worker tries, in this order. Where the server exchanges the credential first, that is a step before them. */
export const TEST_STEPS = ['dns', 'tcp', 'tls', 'authentication', 'authorization', 'rate_limit'] as const;

export function jobStateOf(word: string): JobState {
  return JOB_STATES.find((state) => state === word) ?? 'waiting';
}

export function jobKindOf(word: string): JobKind | null {
  return JOB_KINDS.find((kind) => kind === word) ?? null;
}

/** Whether something may still come of it. */
export function isOpen(job: Job): boolean {
  return job.state === 'waiting' || job.state === 'leased';
}

/** Whether it can be tried again. What the server does with the rights of another does not say what it is: they alone try it again. */
export function canRetry(job: Job): boolean {
  return (job.state === 'dead' || job.state === 'cancelled') && job.work != null;
}

/** What a job is about: `team/app:1.2`; nothing where its kind says all. */
export function subjectOf(job: Job): string {
  if (job.work?.kind !== 'scan') return '';
  const { repository, tag, digest } = job.work;
  return repository + (tag ? `:${tag}` : '') + (digest && !tag ? `@${digest}` : '');
}

export interface Progress {
  done: number;
  total: number | null;
}

/** How far a job is, where it tells. */
export function progressOf(job: Job): Progress | null {
  const progress: unknown = 'progress' in job ? job.progress : undefined;
  if (typeof progress !== 'object' || progress === null || !('done' in progress) || typeof progress.done !== 'number') return null;
  const total = 'total' in progress && typeof progress.total === 'number' ? progress.total : null;
  return { done: progress.done, total };
}

/** The steps of a connection test; none where it has not been done. */
export function stepsOf(job: Job): TestStep[] {
  const steps: unknown = job.result?.steps;
  return Array.isArray(steps) ? steps.filter(isStep) : [];
}

/** The step at which a connection test failed; none where it passed. A test that failed was done all the same. */
export function failedStepOf(job: Job): TestStep | null {
  return stepsOf(job).find((step) => step.outcome === 'failed') ?? null;
}

function isStep(value: unknown): value is TestStep {
  return typeof value === 'object' && value !== null && 'step' in value && 'outcome' in value && typeof value.step === 'string' && typeof value.outcome === 'string';
}

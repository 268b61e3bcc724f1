import { expect, test } from 'vitest';
import type { Job } from '../../client/generated';
import { isUndoneBy } from './work';
import { canRetry, failedStepOf, isOpen, progressOf, stepsOf, subjectOf } from './job';

const JOB: Job = {
  id: '1', kind: 'scan', state: 'waiting', registry_id: 'r', priority: 'person', tries: 0, requested_by: 'admin',
  not_before: '2026-01-01T00:00:00Z', created: '2026-01-01T00:00:00Z', work: { kind: 'scan', repository: 'team/app', tag: '1.2' },
};

test('a scan is about its image, by tag where it has one', () => {
  expect(subjectOf(JOB)).toBe('team/app:1.2');
  expect(subjectOf({ ...JOB, work: { kind: 'scan', repository: 'team/app', digest: 'sha256:ab' } })).toBe('team/app@sha256:ab');
  expect(subjectOf({ ...JOB, work: { kind: 'test' } })).toBe('');
});

test('only what has ended without success can be tried again', () => {
  expect(['waiting', 'leased', 'done', 'dead', 'cancelled'].filter((state) => canRetry({ ...JOB, state }))).toEqual(['dead', 'cancelled']);
  expect(isOpen(JOB)).toBe(true);
});

test('what another asked the server to do has no subject and is theirs to try again', () => {
  const foreign: Job = { ...JOB, kind: 'bulk', state: 'cancelled', work: null };
  expect(canRetry(foreign)).toBe(false);
  expect(subjectOf(foreign)).toBe('');
});

test('progress is told where the server tells it', () => {
  expect(progressOf(JOB)).toBeNull();
  expect(progressOf({ ...JOB, progress: { done: 3, total: null } })).toEqual({ done: 3, total: null });
  expect(progressOf({ ...JOB, progress: 'half' } as unknown as Job)).toBeNull();
});

test('steps that are none are left out', () => {
  expect(stepsOf({ ...JOB, result: { steps: [{ step: 'dns', outcome: 'ok' }, 4, null] } })).toEqual([{ step: 'dns', outcome: 'ok' }]);
  expect(stepsOf(JOB)).toEqual([]);
  expect(failedStepOf({ ...JOB, result: { steps: [{ step: 'dns', outcome: 'ok' }, { step: 'tls', outcome: 'failed' }] } })?.step).toBe('tls');
  expect(failedStepOf(JOB)).toBeNull();
});

test('a bulk change is taken back by a job that names it, unless that one failed or was stopped', () => {
  const undo = (id: string, state: string) => ({ state, work: { kind: 'bulk', work: { resource: 'undo', job: id } } }) as Job;
  expect(isUndoneBy([undo('other', 'done')], 'j1')).toBe(false);
  expect(isUndoneBy([undo('other', 'done'), undo('j1', 'waiting')], 'j1')).toBe(true);
  expect(isUndoneBy([undo('j1', 'dead'), undo('j1', 'cancelled')], 'j1')).toBe(false);
});

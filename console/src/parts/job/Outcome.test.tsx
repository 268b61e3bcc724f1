// @vitest-environment jsdom
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { Job } from '../../client/generated';
import { tellerOf, LanguageProvider } from '../../i18n/language';
import { formatOf } from '../../i18n/format';
import { messages } from './messages';
import { Outcome } from './Outcome';
import { canBeUndone, filterOf, workOf } from './work';

afterEach(cleanup);

const BULK: Job = {
  id: '1', kind: 'bulk', state: 'done', registry_id: '', priority: 'person', tries: 1, requested_by: 'admin',
  not_before: '2026-01-01T00:00:00Z', created: '2026-01-01T00:00:00Z',
  work: { kind: 'bulk', work: { resource: 'images', action: 'approve', filter: 'repository:shop/*', expected: 12 } },
};

function said(job: Job): string {
  return render(<LanguageProvider initial="en"><Outcome job={job} /></LanguageProvider>).container.textContent;
}

test('a bulk change tells what was changed, left, not permitted, and what it did not reach', () => {
  expect(said({ ...BULK, progress: { done: 12_431, total: 12_431, changed: 11_980, not_permitted: 451, unchanged: 0 } })).toBe('11,980 changed and 451 not permitted');
  cleanup();
  expect(said({ ...BULK, state: 'cancelled', progress: { done: 4, total: 10, changed: 3, unchanged: 1 } })).toBe('3 changed, 1 left as they were, and 6 not reached');
  cleanup();
  // What goes on has not missed anything yet.
  expect(said({ ...BULK, state: 'leased', progress: { done: 4, total: 10, changed: 4 } })).toBe('4 changed');
});

test('jobs of the server are called by what they do', () => {
  const t = tellerOf(messages, 'en', formatOf('en', 'UTC'));
  expect(workOf(BULK, t)).toBe('Approve images');
  expect(filterOf(BULK)).toBe('repository:shop/*');
  const ofExport: Job = { ...BULK, kind: 'export', work: { kind: 'export', resource: 'findings', format: 'sarif', filter: 'kind:secret', images: 'tag:1' } };
  expect(workOf(ofExport, t)).toBe('Findings as SARIF');
  expect(filterOf(ofExport)).toBe('kind:secret · tag:1');
  // A newer server does what this console does not know.
  expect(workOf({ ...BULK, work: { kind: 'bulk', work: { resource: 'images', action: 'sing' as 'approve', filter: '', expected: 0 } } }, t)).toBe('');
});

test('approvals and requests can be taken back while the job is kept, and nothing else', () => {
  const now = Date.parse('2026-11-01T00:00:00Z');
  const done: Job = { ...BULK, state: 'done', expires: '2026-11-02T00:00:00Z' };
  expect(canBeUndone(done, now)).toBe(true);
  expect(canBeUndone(done, Date.parse('2026-11-03T00:00:00Z'))).toBe(false);
  expect(canBeUndone({ ...done, state: 'leased' }, now)).toBe(false);
  expect(canBeUndone({ ...done, work: undefined }, now)).toBe(false);
  expect(canBeUndone({ ...done, work: { kind: 'bulk', work: { resource: 'undo', job: 'x' } } }, now)).toBe(false);
  expect(canBeUndone({ ...done, work: { kind: 'bulk', work: { resource: 'images', action: 'delete', filter: '', expected: 1 } } }, now)).toBe(false);
});

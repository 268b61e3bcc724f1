import { expect, test } from 'vitest';
import type { Registry } from '../../client/generated';
import { NEW_DRAFT, draftOf, merged, needsRepositories, patternsOf, requestOf } from './draft';

const STORED: Registry = {
  id: '1', name: 'shop', kind: 'harbor', address: 'harbor.example', plain_http: false, credential_type: 'password', has_hook_secret: true,
  hook_path: '/api/v1/hooks/1', is_enabled: true, most_at_once: 4, poll_minutes: 60, stale_days: 90, risks: [],
  rules: { repositories: ['shop/*', 'base'], tags: ['1.*'], newest: 3, pushed_within_days: 30, pulled_within_days: 7 }, created: '2026-01-01T00:00:00Z', changed: '2026-01-01T00:00:00Z',
};

test('a stored registry that nobody changed keeps its secrets and its rules', () => {
  const request = requestOf(draftOf(STORED));
  expect(request.credential).toBeUndefined();
  expect(request.hook_secret).toBeUndefined();
  expect(request.rules).toEqual(STORED.rules);
});

test('a credential is sent as its type wants it, and removed where none is wanted', () => {
  expect(requestOf({ ...NEW_DRAFT, credential: 'password', user: 'robot', secret: 's' }).credential).toEqual({ type: 'password', user: 'robot', password: 's' });
  expect(requestOf({ ...NEW_DRAFT, credential: 'refresh_token', secret: 's' }).credential).toEqual({ type: 'refresh_token', token: 's' });
  expect(requestOf({ ...draftOf(STORED), credential: 'none' }).credential).toEqual({ type: 'none' });
  expect(requestOf({ ...draftOf(STORED), removesHookSecret: true, hookSecret: 'x' }).hook_secret).toBe('');
});

test('patterns are divided by lines, commas and spaces; full-width digits are numbers', () => {
  expect(patternsOf(' team/*\n\nbase, tools ')).toEqual(['team/*', 'base', 'tools']);
  expect(requestOf({ ...NEW_DRAFT, newest: '１０', days: 'x' }).rules).toEqual({ repositories: [], tags: [], newest: 10 });
});

test('registries without a catalog need a repository that is no pattern', () => {
  expect(needsRepositories({ ...NEW_DRAFT, kind: 'ghcr', repositories: 'team/*' })).toBe(true);
  expect(needsRepositories({ ...NEW_DRAFT, kind: 'ghcr', repositories: 'team/app' })).toBe(false);
  expect(needsRepositories(NEW_DRAFT)).toBe(false);
});

test('what somebody else changed is taken over, what both changed is told', () => {
  const base = draftOf(STORED);
  const mine = { ...base, name: 'mine', tags: '1.*' };
  const theirs = { ...base, name: 'theirs', pollMinutes: '5', tags: '1.*' };
  const result = merged(base, mine, theirs);
  expect(result.theirs).toEqual(['pollMinutes']);
  expect(result.both).toEqual(['name']);
  expect(result.draft).toMatchObject({ name: 'mine', pollMinutes: '5', tags: '1.*' });
});

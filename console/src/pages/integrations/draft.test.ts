import { expect, test } from 'vitest';
import type { Integration } from '../../client/generated';
import { draftOf, editOf, emptyDraft, secured } from './draft';

const mail: Integration = {
  id: '1', name: 'mail', target: { kind: 'email', host: 'mx', port: 587, security: 'starttls', user: 'bh', from: 'a@b', to: ['c@d', 'e@f'] },
  has_secret: true, topics: ['exception.*', 'verdict.changed'], language: 'ja', digest_seconds: 600, is_enabled: true, waiting: 0, has_more_waiting: false, created: '', changed: '',
};

test('what is read and saved unchanged is the same, and the secret stays where it is', () => {
  const edit = editOf(draftOf(mail));
  expect(edit.target).toEqual(mail.target);
  expect([...edit.topics].sort()).toEqual([...mail.topics].sort());
  expect(edit).not.toHaveProperty('secret');
});

test('a kind takes its own fields alone', () => {
  const draft = { ...emptyDraft('en'), kind: 'slack' as const, url: 'https://x', host: 'mx', secret: 's' };
  expect(editOf(draft)).toMatchObject({ target: { kind: 'slack' }, secret: 's' });
  expect(editOf({ ...draft, isAll: true, otherTopics: 'a.*' }).topics).toEqual(['*']);
});

test('the usual port follows the encryption, a chosen one stays', () => {
  const draft = emptyDraft('en');
  expect(secured(draft, 'tls')).toEqual({ security: 'tls', port: '465' });
  expect(secured({ ...draft, port: '2525' }, 'tls')).toEqual({ security: 'tls' });
});

import { expect, test } from 'vitest';
import { failureIn } from './failure';

const REFUSED = { failure: 'the connection failed: Connection refused (os error 111)', failure_ja: '接続できませんでした: 接続が拒否されました' };

test('why a message did not arrive is told in the language of the reader', () => {
  expect(failureIn('ja', REFUSED)).toBe(REFUSED.failure_ja);
  expect(failureIn('en', REFUSED)).toBe(REFUSED.failure);
  // What is known in English alone is told so.
  expect(failureIn('ja', { failure: REFUSED.failure })).toBe(REFUSED.failure);
  expect(failureIn('ja', { failure: null, failure_ja: null })).toBe('');
});

test('what another server said in it hides nothing', () => {
  expect(failureIn('en', { failure: 'the mail server answered 550 to RCPT: \u202Eon' })).toBe('the mail server answered 550 to RCPT: \\u{202e}on');
});

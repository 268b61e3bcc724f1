import { expect, test } from 'vitest';
import { placeAfterLogin } from './place';

test('after signing in the reader stays on this server', () => {
  expect(placeAfterLogin('/images?filter=decision:deny')).toBe('/images?filter=decision:deny');
  for (const elsewhere of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/login', undefined]) {
    expect(placeAfterLogin(elsewhere)).toBe('/');
  }
});

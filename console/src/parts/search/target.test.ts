import { expect, test } from 'vitest';
import { detailOf, targetOf } from './target';

test('packages and repositories lead to their images, the rest to its own page', () => {
  expect(targetOf({ kind: 'package', id: 'xz@5.6.1', title: 'xz', detail: 'deb', rank: 0 })).toEqual({ to: '/images', search: { filter: 'package_version:xz@5.6.1' } });
  expect(targetOf({ kind: 'repository', id: 'eu.example/shop/api', title: 'shop/api', detail: 'eu.example', rank: 0 })).toEqual({
    to: '/images',
    search: { filter: 'registry:eu.example repository:shop/api' },
  });
  expect(targetOf({ kind: 'image', id: 'sha256:ab', title: 'shop', rank: 0 })).toEqual({ to: '/images/$digest', params: { digest: 'sha256:ab' } });
  expect(targetOf({ kind: 'scope', id: '1', title: 'shop', rank: 0 })).toEqual({ to: '/access/scopes/$id', params: { id: '1' } });
  expect(targetOf({ kind: 'from a later version', id: '1', title: 'x', rank: 0 })).toBeNull();
});

test('a package shows its version, and words of the API are not shown', () => {
  expect(detailOf({ kind: 'package', id: '@babel/core@7.1', title: '@babel/core', detail: 'npm', rank: 0 })).toBe('7.1 · npm');
  expect(detailOf({ kind: 'exception', id: '1', title: 'x', detail: 'requested', rank: 0 })).toBe('');
  expect(detailOf({ kind: 'user', id: '1', title: 'sato', detail: 'Hanako Sato', rank: 0 })).toBe('Hanako Sato');
});

import { expect, test } from 'vitest';
import { imageOf } from './reference';

test('an image is read as people type it', () => {
  expect(imageOf(' team/app:1.2 ', 'r.example')).toEqual({ repository: 'team/app', tag: '1.2' });
  expect(imageOf('r.example:5000/team/app', 'r.example:5000')).toEqual({ repository: 'team/app' });
  expect(imageOf('app@sha256:ab', 'r.example')).toEqual({ repository: 'app', digest: 'sha256:ab' });
  expect(imageOf('team:x/app', 'r.example')).toEqual({ repository: 'team:x/app' });
});

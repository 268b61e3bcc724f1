import { expect, test } from 'vitest';
import { imageFilter } from './members';

const shop = { attribute: 'image.repository', value: 'shop/*' };
const team = { attribute: 'image.label', key: 'team', value: 'shop api' };

test('what has to hold together is a filter of several terms', () => {
  expect(imageFilter('', [shop, team])).toBe('repository:shop/* label:"team=shop api"');
  expect(imageFilter('v2 && v1', [shop, team])).toBe('label:"team=shop api" repository:shop/*');
  expect(imageFilter('v1', [shop, team])).toBe('repository:shop/*');
});

test('one of several values of a key is one term', () => {
  expect(imageFilter('v1 || v2', [shop, { attribute: 'image.repository', value: 'web/*' }])).toBe('repository:shop/*,web/*');
});

test('what the list cannot ask is not told', () => {
  expect(imageFilter('v1 || v2', [shop, team])).toBeNull();
  expect(imageFilter('!v1', [shop])).toBeNull();
  expect(imageFilter('v1 && (v2 || v1)', [shop, team])).toBeNull();
  expect(imageFilter('v3', [shop, team])).toBeNull();
  expect(imageFilter('', [{ attribute: 'host.name', value: 'a' }])).toBeNull();
  expect(imageFilter('', [{ attribute: 'image.label', value: 'shop' }])).toBeNull();
});

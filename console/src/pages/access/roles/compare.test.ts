import { expect, test } from 'vitest';
import type { Role } from '../../../client/generated';
import { nearestPreset } from './compare';

const role = (id: string, is_preset: boolean, ...permissions: string[]): Role => ({
  id, name: id, description: '', permissions, scopes: [], is_preset, created: '', changed: '',
});

const developer = role('developer', true, 'images.read', 'images.write', 'policies.read');
const ci = role('ci', true, 'images.write');

test('a role is compared with the preset that is nearest', () => {
  const found = nearestPreset(role('own', false, 'images.read', 'images.write', 'jobs.read'), [ci, developer]);
  expect(found?.preset.id).toBe('developer');
  expect([...(found?.added ?? [])]).toEqual(['jobs.read']);
  expect([...(found?.missing ?? [])]).toEqual(['policies.read']);
});

test('presets are compared with nothing', () => {
  expect(nearestPreset(developer, [developer, ci])).toBeNull();
  expect(nearestPreset(role('own', false), [])).toBeNull();
});

import { expect, test } from 'vitest';
import type { InstallationSettings } from '../../../client/generated';
import { draftOf, editOf } from './draft';

const item = (key: string, source: string, value: unknown, kind = 'number') => ({ key, source, value, default: 7, kind, meaning: '' });

const settings = {
  items: [item('audit_days', 'set', 30), item('event_days', 'default', 7), item('separation_of_duties', 'set', false, 'flag')],
  configuration: [],
} as unknown as InstallationSettings;

test('what is a default stays one when something else is saved', () => {
  const draft = draftOf(settings);
  expect(draft).toEqual({ audit_days: '30', event_days: null, separation_of_duties: false });
  expect(editOf(draft).values).toEqual({ audit_days: 30, separation_of_duties: false });
  expect(editOf({ ...draft, audit_days: null, event_days: '14' }).values).toEqual({ event_days: 14, separation_of_duties: false });
});

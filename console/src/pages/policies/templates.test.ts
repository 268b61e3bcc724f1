import { expect, test } from 'vitest';
import { outlineOf } from './document/outline';
import { TEMPLATES, documentOf } from './templates';

test.each(TEMPLATES)('the template %s starts in audit, under a name of its own', (name) => {
  const outline = outlineOf(documentOf(name));
  expect(outline).toMatchObject({ mode: 'audit', name: `${name}-audit` });
  expect(outline?.controls.length).toBeGreaterThan(1);
});

test('a template that there is not is an almost empty policy, in audit as well', () => {
  expect(outlineOf(documentOf('../secret'))).toMatchObject({ mode: 'audit', controls: [{ type: 'vulnerability.severity' }] });
});

import { expect, test } from 'vitest';
import { outlineOf, withControl, withControlValue, withoutControl, withScope, withTop, written } from './outline';

const builtin = import.meta.glob<string>('../../../../../content/policies/*.yaml', { query: '?raw', import: 'default', eager: true });

const POLICY = `# Why it is there.
schema: bulkhead.policy/1
name: shop   # the team
scope:
  expression: v1 && !v2
  variables:
    - { attribute: image.repository, value: "shop/*" }
    - attribute: image.label
      name: stage
      value: experiment
controls:
  # the first
  - control: cvss.maximum_score
    score: 7.0
    fix: available # what can be done
  - { control: secret }
  - name: ours
    control: custom
    cel: |
      report.x == "a # b"

      && true
    message: 'It''s not ours: no.'
  - control: cve.deny
    ids: [CVE-2021-44228,
      "CVE-2022-1"]
`;

test('every built-in policy can be edited as a form', () => {
  expect(Object.keys(builtin)).toHaveLength(5);
  for (const [path, text] of Object.entries(builtin)) {
    const outline = outlineOf(text);
    expect(outline, path).not.toBeNull();
    expect(outline?.controls.length, path).toBe([...text.matchAll(/^\s*- (?:\{ )?control:/gm)].length);
    expect(outline?.controls.every((control) => control.type !== ''), path).toBe(true);
  }
});

test('a document is read as its author meant it', () => {
  const outline = outlineOf(POLICY);
  expect(outline).toMatchObject({ name: 'shop', mode: 'enforce', description: '' });
  expect(outline?.scope).toEqual({
    expression: 'v1 && !v2',
    variables: [{ attribute: 'image.repository', name: '', value: 'shop/*' }, { attribute: 'image.label', name: 'stage', value: 'experiment' }],
  });
  expect(outline?.controls.map((control) => [control.type, control.isEditable])).toEqual([['cvss.maximum_score', true], ['secret', false], ['custom', true], ['cve.deny', true]]);
  expect(outline?.controls[2]?.values).toEqual({ name: 'ours', cel: 'report.x == "a # b"\n\n&& true', message: "It's not ours: no." });
  expect(outline?.controls[3]?.values.ids).toEqual(['CVE-2021-44228', 'CVE-2022-1']);
});

test('a change touches the lines of its value alone', () => {
  expect(withControlValue(POLICY, 0, 'score', '9.0')).toBe(POLICY.replace('score: 7.0', 'score: 9.0'));
  expect(withControlValue(POLICY, 0, 'fix', null)).toBe(POLICY.replace('    fix: available # what can be done\n', ''));
  expect(withTop(POLICY, 'mode', 'audit')).toBe(POLICY.replace('# the team\n', '# the team\nmode: audit\n'));
  expect(withoutControl(POLICY, 1)).toBe(POLICY.replace('  - { control: secret }\n', ''));
});

test('a new value stands below the name of its control, and the hyphen stays', () => {
  expect(withControlValue(POLICY, 0, 'action', 'warn')).toBe(POLICY.replace('cvss.maximum_score\n', 'cvss.maximum_score\n    action: warn\n'));
  expect(withControlValue(POLICY, 2, 'name', 'theirs')).toContain('  - name: theirs\n    control: custom\n');
  expect(withControlValue(POLICY, 2, 'name', null)).toContain('  - control: custom\n    cel: |\n');
  expect(withControlValue(POLICY, 2, 'cel', 'a\nb')).toContain('    cel: |\n      a\n      b\n    message:');
});

test('controls in braces are left to the text', () => {
  expect(withControlValue(POLICY, 1, 'at_least', 'high')).toBe(POLICY);
});

test('controls are added behind the others, at their column, also where there is none yet', () => {
  const more = withControl(POLICY, 'license.deny', { names: ['AGPL-*', 'GPL-3.0-only'] });
  expect(outlineOf(more)?.controls.at(-1)).toMatchObject({ type: 'license.deny', values: { names: ['AGPL-*', 'GPL-3.0-only'] } });
  expect(more.startsWith(POLICY.trimEnd())).toBe(true);
  expect(withControl('name: x\n', 'secret')).toBe('name: x\ncontrols:\n  - control: secret\n');
  expect(outlineOf(withControl('name: x\ncontrols: []\n', 'secret'))?.controls).toHaveLength(1);
  expect(outlineOf(withControl('name: x\ncontrols:\n- control: malware\n', 'secret'))?.controls.map(({ type }) => type)).toEqual(['malware', 'secret']);
});

test('a scope is written anew, and away', () => {
  const scope = { expression: 'v1', variables: [{ attribute: 'image.label', name: 'team', value: '*: "x"' }] };
  expect(outlineOf(withScope(POLICY, scope))?.scope).toEqual(scope);
  expect(outlineOf(withScope(POLICY, { expression: '', variables: [] }))?.scope).toBeNull();
  expect(outlineOf(withScope('name: x\ncontrols:\n  - control: secret\n', scope))?.scope).toEqual(scope);
});

test('texts that YAML would take for something else are quoted', () => {
  for (const text of ['true', 'No', '12', 'a: b', '# c', '*x', '- d', ' e', 'f ', '"g"', '日本: x', '~', '']) {
    expect(outlineOf(`name: ${written(text)}\n`)?.name, text).toBe(text);
    expect(written(text).startsWith('"'), text).toBe(true);
  }
  expect(written('shop api')).toBe('shop api');
});

test('what is not read is left alone', () => {
  for (const text of ['{ "name": "x" }', 'a: &b c', 'a: !tag x', 'name: "two\n  lines"', '- a', 'name x', 'a: 1\na: 2', '\tname: x', '[[[['.repeat(50), 'a:\n    - b\n  c: d']) {
    expect(outlineOf(text), text).toBeNull();
  }
});

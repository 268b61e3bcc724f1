// The policies that come with the program, as beginnings of one's own: each starts in audit, where it denies nothing.
import { withTop } from './document/outline';

const files = import.meta.glob<string>('../../../../content/policies/*.yaml', { query: '?raw', import: 'default', eager: true });

export const TEMPLATES = ['default', 'strict', 'pci-dss', 'hipaa', 'nist-sp-800-190'] as const;

export type Template = (typeof TEMPLATES)[number];

/** A policy that asks for nothing yet. */
const EMPTY = 'schema: bulkhead.policy/1\nname: new-policy\nmode: audit\ncontrols:\n  - control: vulnerability.severity\n    at_least: critical\n';

/** The text of a template, in audit and under a name that says so; an almost empty one where none is named. */
export function documentOf(template: string | undefined): string {
  const known = TEMPLATES.find((name) => name === template);
  const text = known && files[`../../../../content/policies/${known}.yaml`];
  return text ? withTop(withTop(text, 'mode', 'audit'), 'name', `${known}-audit`) : EMPTY;
}

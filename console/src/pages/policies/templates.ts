// The policies that come with the program, as beginnings of one's own: each starts in audit, where it denies nothing.
import type { Language } from '../../i18n/format';
import { REMARKS, saidInJapanese } from './builtins.ja';
import { outlineOf, withControlValue, withTop } from './document/outline';

const files = import.meta.glob<string>('../../../../content/policies/*.yaml', { query: '?raw', import: 'default', eager: true });

export const TEMPLATES = ['default', 'strict', 'pci-dss', 'hipaa', 'nist-sp-800-190'] as const;

export type Template = (typeof TEMPLATES)[number];

/** A policy that asks for nothing yet. */
const EMPTY = 'schema: bulkhead.policy/1\nname: new-policy\nmode: audit\ncontrols:\n  - control: vulnerability.severity\n    at_least: critical\n';

/**
 * The text of a template, in audit and under a name that says so; an almost empty one where none is named. It is its author's own
 * from here on: what it says of itself is in their language.
 */
export function documentOf(template: string | undefined, language: Language): string {
  const known = TEMPLATES.find((name) => name === template);
  const text = known && files[`../../../../content/policies/${known}.yaml`];
  if (!text) return EMPTY;
  const own = withTop(withTop(text, 'mode', 'audit'), 'name', `${known}-audit`);
  return language === 'ja' ? inJapanese(own, known) : own;
}

/** Clauses stay as they are: they are looked up in the standard. */
function inJapanese(text: string, template: Template): string {
  const remarked = text.replace(/^(?:#.*\n)+/, REMARKS[template].map((line) => `# ${line}\n`).join(''));
  const outline = outlineOf(remarked);
  const described = withTop(remarked, 'description', saidInJapanese(outline?.description ?? ''));
  return (outline?.controls ?? []).reduce((told, { values: { name } }, at) => (typeof name === 'string' ? withControlValue(told, at, 'name', saidInJapanese(name)) : told), described);
}

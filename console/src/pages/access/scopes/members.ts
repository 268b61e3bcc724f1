// Which images belong to a scope, as a filter of the list of images, where one can say it.
import type { ScopeVariable } from '../../../client/generated';
import { quoted } from '../../../parts/table/filter';

/** What of an image both scopes and the list of images can ask. */
const KEYS: Readonly<Record<string, string>> = {
  'image.registry': 'registry',
  'image.repository': 'repository',
  'image.tag': 'tag',
  'image.digest': 'digest',
  'image.label': 'label',
};

/** `repository:shop/* label:team=shop` of `v1 && v2`; `null` where the scope asks more than the list can. */
export function imageFilter(expression: string, variables: readonly ScopeVariable[]): string | null {
  const terms = variables.map(termOf);
  const text = expression.replaceAll(/\s+/g, '');
  const named = text === '' ? variables.map((_, at) => `v${String(at + 1)}`).join('&&') : text;
  const chosen = (parts: string[]) => {
    const found = parts.map((part) => (/^v[1-9]\d*$/.test(part) ? terms[Number(part.slice(1)) - 1] : undefined));
    return found.every((term) => term !== undefined && term !== null) ? found : null;
  };
  if (!named.includes('||')) return chosen(named.split('&&'))?.map(({ key, value }) => `${key}:${value}`).join(' ') ?? null;
  const any = named.includes('&&') ? null : chosen(named.split('||'));
  const key = any?.[0]?.key;
  return any && key && any.every((term) => term.key === key) ? `${key}:${any.map((term) => term.value).join(',')}` : null;
}

function termOf({ attribute, key, value }: ScopeVariable): { key: string; value: string } | null {
  const own = KEYS[attribute];
  if (own === undefined || value === '' || value.includes('"')) return null;
  if (attribute === 'image.label' && !key) return null;
  return { key: own, value: quoted(attribute === 'image.label' ? `${key ?? ''}=${value}` : value) };
}

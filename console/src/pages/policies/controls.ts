// The controls that policies may ask for with their values, as the published schema has them: the form follows the program
// without a list of its own.
import schema from '../../../../docs/reference/policy.schema.json';

export type FieldKind = 'choice' | 'choices' | 'number' | 'text' | 'texts' | 'code' | 'other';

export interface ControlField {
  key: string;
  kind: FieldKind;
  words: readonly string[];
  minimum: number | undefined;
  maximum: number | undefined;
  isWhole: boolean;
  isRequired: boolean;
}

export interface ControlSpecification {
  type: string;
  fields: readonly ControlField[];
}

interface Schema {
  const?: string;
  enum?: readonly string[];
  type?: string | readonly string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
}

/** Programs, which need more than a line. */
const CODE = ['cel', 'rego'];

/** What every control may have, in the order of the form: behind its own values. */
const COMMON = ['action', 'name', 'description', 'clauses'];

export const CONTROLS: readonly ControlSpecification[] = (schema as unknown as { properties: { controls: { items: { oneOf: readonly Schema[] } } } }).properties.controls.items.oneOf.map(specification);

export function controlOf(type: string): ControlSpecification | undefined {
  return CONTROLS.find((control) => control.type === type);
}

function specification(control: Schema): ControlSpecification {
  const properties = Object.entries(control.properties ?? {}).filter(([key]) => key !== 'control');
  const place = (key: string) => COMMON.indexOf(key);
  return {
    type: control.properties?.control?.const ?? '',
    fields: properties
      .map(([key, value]) => field(key, value, control.required?.includes(key) ?? false))
      .sort((left, right) => Number(right.isRequired) - Number(left.isRequired) || place(left.key) - place(right.key)),
  };
}

function field(key: string, value: Schema, isRequired: boolean): ControlField {
  return {
    key,
    kind: kindOf(key, value),
    words: value.enum ?? value.items?.enum ?? [],
    minimum: value.minimum,
    maximum: value.maximum,
    isWhole: value.type === 'integer',
    isRequired,
  };
}

function kindOf(key: string, value: Schema): FieldKind {
  if (value.enum) return 'choice';
  if (value.type === 'integer' || value.type === 'number') return 'number';
  if (value.type === 'array') return value.items?.enum ? 'choices' : value.items?.type === 'string' ? 'texts' : 'other';
  return CODE.includes(key) ? 'code' : 'text';
}

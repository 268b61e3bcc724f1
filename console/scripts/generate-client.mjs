// Writes src/client/generated.ts from the OpenAPI document of the server: a type for each schema, a function for each
// operation. `--check` writes nothing and fails where the committed file is not current.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DOCUMENT = fileURLToPath(new URL('../../docs/reference/openapi.json', import.meta.url));
const TARGET = fileURLToPath(new URL('../src/client/generated.ts', import.meta.url));

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

export function generate(document) {
  const schemas = document.components.schemas;
  // `Page_Image` is `Page<Image>` spelled out: the item is the schema of that name.
  const types = Object.entries(schemas)
    .filter(([name]) => !name.startsWith('Page_'))
    .map(([name, schema]) => declaration(name, schema));
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => operation(method, path, item[method])),
  );
  return [
    '// Made by scripts/generate-client.mjs from docs/reference/openapi.json. Do not edit.',
    "import { operation } from './transport';",
    '',
    '/** A page of a list. */',
    'export interface Page<Item> {\n  items: Item[];\n  next?: string | null;\n  total?: number | null;\n}',
    '',
    ...types,
    ...operations,
  ].join('\n');
}

function declaration(name, schema) {
  const comment = doc(schema.description);
  if (schema.properties && !schema.allOf && !schema.oneOf) {
    return `${comment}export interface ${name} ${members(schema)}\n`;
  }
  return `${comment}export type ${name} = ${type(schema)};\n`;
}

function type(schema) {
  if (!schema || Object.keys(schema).length === 0) return 'unknown';
  if (schema.$ref) return named(schema.$ref);
  if (schema.oneOf ?? schema.anyOf) return union((schema.oneOf ?? schema.anyOf).map(type));
  if (schema.allOf) return schema.allOf.map((part) => wrapped(type(part))).join(' & ');
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value).replaceAll('"', "'")));
  if (Array.isArray(schema.type)) return union(schema.type.map((one) => type({ ...schema, type: one })));
  switch (schema.type) {
    case 'array':
      return `${wrapped(type(schema.items))}[]`;
    case 'boolean':
      return 'boolean';
    case 'integer':
    case 'number':
      return 'number';
    case 'null':
      return 'null';
    case 'string':
      return 'string';
    case 'object':
      if (schema.properties) return members(schema);
      return `Record<string, ${type(schema.additionalProperties)}>`;
    default:
      return 'unknown';
  }
}

function members(schema) {
  const required = new Set(schema.required ?? []);
  const lines = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const key = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `'${name}'`;
    const text = `${doc(member.description)}${key}${required.has(name) ? '' : '?'}: ${type(member)};`;
    return text.replaceAll(/^/gm, '  ');
  });
  return lines.length === 0 ? 'Record<string, never>' : `{\n${lines.join('\n')}\n}`;
}

function named(reference) {
  const name = reference.split('/').at(-1);
  return name.startsWith('Page_') ? `Page<${name.slice('Page_'.length)}>` : name;
}

function union(parts) {
  return [...new Set(parts)].join(' | ');
}

function wrapped(text) {
  return text.includes(' | ') || text.includes(' & ') ? `(${text})` : text;
}

function operation(method, path, definition) {
  const inPlace = (place) => (definition.parameters ?? []).filter((parameter) => parameter.in === place);
  const parameters = inPlace('path').map((parameter) => `${parameter.name}: ${type(parameter.schema)}`);
  const query = inPlace('query').map(
    (parameter) => `${parameter.name}${parameter.required ? '' : '?'}: ${type(parameter.schema)}`,
  );
  const [kind, body] = Object.entries(definition.requestBody?.content ?? {})[0] ?? [];
  const parts = [];
  if (parameters.length > 0) parts.push(`path: { ${parameters.join('; ')} }`);
  if (query.length > 0) {
    const isRequired = inPlace('query').some((parameter) => parameter.required);
    parts.push(`query${isRequired ? '' : '?'}: { ${query.join('; ')} }`);
  }
  // A file is sent as it is.
  const bodyType = kind === 'application/octet-stream' ? 'Blob' : type(body?.schema);
  if (kind) parts.push(`body${definition.requestBody.required ? '' : '?'}: ${bodyType}`);
  const input = parts.length === 0 ? 'Record<never, never>' : `{ ${parts.join('; ')} }`;
  const name = definition.operationId.replaceAll(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  const permission = `'${definition['x-rule']}'`;
  return (
    `${doc(definition.summary)}export const ${name} = /* @__PURE__ */ operation<${input}, ${answer(definition.responses)}>(\n` +
    `  '${definition.operationId}', '${method.toUpperCase()}', '${path}', ${permission},\n);\n`
  );
}

function answer(responses) {
  const [, success] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? [];
  const [kind, content] = Object.entries(success?.content ?? {})[0] ?? [];
  if (!kind) return 'void';
  return kind === 'application/json' ? type(content.schema) : 'string';
}

function doc(text) {
  return text ? `/** ${text.trim().replaceAll('*/', '* /').replaceAll('\n', '\n * ')} */\n` : '';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = generate(JSON.parse(readFileSync(DOCUMENT, 'utf8')));
  if (process.argv.includes('--check')) {
    if (readFileSync(TARGET, 'utf8') !== text) {
      console.error('src/client/generated.ts is not current; run: npm run client');
      process.exit(1);
    }
  } else {
    writeFileSync(TARGET, text);
  }
}

import { expect, test } from 'vitest';
import { generate } from './generate-client.mjs';

const DOCUMENT = {
  components: {
    schemas: {
      Thing: {
        type: 'object',
        description: 'A thing.',
        required: ['id', 'kind'],
        properties: {
          id: { type: 'string' },
          kind: { enum: ['a', 'b'] },
          next: { oneOf: [{ $ref: '#/components/schemas/Thing' }, { type: 'null' }] },
          tags: { type: 'array', items: { type: ['string', 'null'] } },
        },
      },
      Page_Thing: { type: 'object' },
    },
  },
  paths: {
    '/things/{id}': {
      put: {
        operationId: 'change_thing',
        'x-rule': 'things.write',
        parameters: [{ name: 'id', in: 'path', schema: { type: 'string' } }, { name: 'dry', in: 'query', schema: { type: 'boolean' } }],
        requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
        responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Page_Thing' } } } } },
      },
      delete: { operationId: 'remove_thing', 'x-rule': 'things.write', parameters: [], responses: { 204: {} } },
    },
  },
};

test('schemas become types and operations functions', () => {
  const text = generate(DOCUMENT);
  expect(text).toContain("kind: 'a' | 'b';");
  expect(text).toContain('next?: Thing | null;');
  expect(text).toContain('tags?: (string | null)[];');
  expect(text).toContain('changeThing = /* @__PURE__ */ operation<{ path: { id: string }; query?: { dry?: boolean }; body: Thing }, Page<Thing>>(');
  expect(text).toContain('removeThing = /* @__PURE__ */ operation<Record<never, never>, void>(');
  expect(text).not.toContain('interface Page_Thing');
});

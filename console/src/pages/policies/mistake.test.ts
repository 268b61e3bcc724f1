import { expect, test } from 'vitest';
import { Failure } from '../../client/failure';
import { mistakeOf } from './mistake';

const refusal = (parameters: Record<string, unknown>) => new Failure(422, 'request.invalid', parameters, 'It is wrong.', null);

test('line and key of a mistake are told, and of an expression the character', () => {
  expect(mistakeOf(refusal({ field: 'document', line: 7, problem: '`scope.expression`: at character 4 of the scope expression: expected a variable, but found `)`' }))).toEqual({
    line: 7,
    problem: '`scope.expression`: at character 4 of the scope expression: expected a variable, but found `)`',
    expression: { position: 4, problem: 'expected a variable, but found `)`' },
  });
  expect(mistakeOf(refusal({ field: 'document', problem: 'its name is longer than 200 bytes' }))).toMatchObject({ line: null, expression: null });
});

test('what is refused for another reason is no mistake of the document', () => {
  expect(mistakeOf(refusal({ field: 'comment' }))).toBeNull();
  expect(mistakeOf(new Failure(412, 'object.changed', {}, '', null))).toBeNull();
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Failure } from '../../client/failure';
import { isMistake, mistakeOf } from './mistake';

const refusal = (parameters: Record<string, unknown>) => new Failure(422, 'request.invalid', parameters, 'It is wrong.', null);

test('line and key of a mistake are told, and of an expression the character', () => {
  expect(mistakeOf(refusal({ field: 'document', line: 7, problem: '`scope.expression`: at character 4 of the scope expression: expected a variable, but found `)`' }), 'en')).toEqual({
    line: 7,
    problem: '`scope.expression`: at character 4 of the scope expression: expected a variable, but found `)`',
    language: 'en',
    expression: { position: 4, problem: 'expected a variable, but found `)`' },
  });
  expect(mistakeOf(refusal({ field: 'document', problem: 'its name is longer than 200 bytes' }), 'en')).toMatchObject({ line: null, expression: null });
});

test('a mistake is told in Japanese where the server has it', () => {
  const fields = JSON.parse(readFileSync(new URL('../../../../content/messages/fields.ja.json', import.meta.url), 'utf8')) as Record<string, string>;
  const place = fields['at character {a} of the scope expression: {message}'] ?? '';
  const japanese = `\`scope.expression\`: ${place.replace('{a}', '4').replace('{message}', '変数が必要です')}`;
  const refused = refusal({ field: 'document', line: 7, problem: '`scope.expression`: at character 4 of the scope expression: expected a variable', problem_ja: japanese });
  expect(mistakeOf(refused, 'ja')).toEqual({ line: 7, problem: japanese, language: 'ja', expression: { position: 4, problem: '変数が必要です' } });
  expect(mistakeOf(refused, 'en')).toMatchObject({ language: 'en', expression: { position: 4, problem: 'expected a variable' } });
  expect(mistakeOf(refusal({ field: 'document', problem: 'var x is unsafe' }), 'ja')).toMatchObject({ language: 'en', problem: 'var x is unsafe' });
});

test('what is refused for another reason is no mistake of the document', () => {
  expect(mistakeOf(refusal({ field: 'comment' }), 'en')).toBeNull();
  expect(mistakeOf(new Failure(412, 'object.changed', {}, '', null), 'en')).toBeNull();
  expect([isMistake(refusal({ field: 'document' })), isMistake(null)]).toEqual([true, false]);
});

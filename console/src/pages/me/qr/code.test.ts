import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { qrCode } from './code';

const ADDRESS = 'otpauth://totp/Bulkhead:admin?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Bulkhead';

/** Text, mask, version, and the SHA-256 of the modules as another program (the Python package qrcode) draws them, rows of 0 and 1. */
const CASES: readonly [text: string, mask: number, version: number, hash: string][] = [
  ['a', 2, 1, 'f8c01e7c7154a9fc8a2dcb5f52a07a4f329f7aa740c54900241cf1ad0d1dd87e'],
  [ADDRESS, 0, 5, '5a2b45fe0d624bb27bc2ea7353f7e0671649de58808b63dadff4e43e749a24d5'],
  [ADDRESS, 5, 5, '1cd82655a5fc65b4e2d6d112f4ee6b2c8ba4bfa7fba9d6993245f974b19ddf2f'],
  ['日本語'.repeat(5), 7, 3, 'dd20ce989d814d964bdc9cbfa716d69b50719656db48ea0132cd749a8a5a2d88'],
  ['y'.repeat(130), 3, 6, '737c331db76a2de58d15d3d4f81cd3326ea245940990289b12e4f45739d2354b'],
  ['z'.repeat(150), 4, 7, '7a72a32e2a4f23b9c897abcf924970b142d60747aeb2b0f6b29c1f3b71a29758'],
  ['w'.repeat(192), 6, 8, 'ed9e98abdfaf8c8393507f1dddee259c9af70b2003345e00c66c6566a894b7ac'],
  ['v'.repeat(230), 1, 9, 'ecea5bcb5c3e7127ed42b33379adb99107552e4c1c6d2c669a58e22823168c06'],
  ['u'.repeat(271), 0, 10, 'dbef6bce6564d4f1aa3528aa7a69cd0afd28f4b067041f848074fe6758eb4fee'],
];

test.each(CASES)('a code has the modules that another program draws (case %#)', (text, mask, version, hash) => {
  const rows = qrCode(text, mask);
  expect(rows).toHaveLength(17 + 4 * version);
  const drawn = rows?.map((row) => row.map(Number).join('')).join('\n') ?? '';
  expect(createHash('sha256').update(drawn).digest('hex')).toBe(hash);
});

test('without a wish the mask that reads best is taken', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7].map((mask) => qrCode(ADDRESS, mask))).toContainEqual(qrCode(ADDRESS));
});

test('what is too long has no code', () => {
  expect(qrCode('u'.repeat(272))).toBeNull();
});

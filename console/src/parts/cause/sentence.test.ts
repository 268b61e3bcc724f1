import { expect, test } from 'vitest';
import { formatOf } from '../../i18n/format';
import { detailOf, sayCause } from './sentence';

const english = formatOf('en', 'UTC');
const japanese = formatOf('ja', 'Asia/Tokyo');

test('a cause is told with its values, in both languages', () => {
  const stale = { code: 'registry.risk.stale_images', parameters: { count: 1200, days: 90, images: [] } };
  expect(sayCause(stale, english)).toBe('1,200 images are older than 90 days.');
  expect(sayCause(stale, japanese)).toBe('90日より古いイメージが1,200件あります。');
});

test('a code that is not known is told as it is, and values of others cannot hide anything', () => {
  expect(sayCause({ code: 'moon.full' }, english)).toContain('moon.full');
  expect(sayCause({ code: 'registry.bad_name', parameters: { repository: 'a\u202Eb' } }, english)).toContain('a\\u{202e}b');
  expect(sayCause({ code: 'registry.status' }, english)).toBe('The registry answered with status .');
});

test('the detail is a text or nothing', () => {
  expect(detailOf({ code: 'x', parameters: { detail: 'tls: bad certificate' } })).toBe('tls: bad certificate');
  expect(detailOf({ code: 'x', parameters: { detail: 4 } })).toBe('');
});

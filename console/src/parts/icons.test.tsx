import { readFileSync } from 'node:fs';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Brand } from './icons';

/** The shapes of a drawing, but for their colors. */
const shapes = (text: string) => [...text.matchAll(/<(rect|path) ([^>]*?)\/?>/g)].map(([, name, attributes = '']) =>
  [name, ...[...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].filter(([, key]) => key !== 'fill' && key !== 'class').map(([all]) => all).sort()].join(' '));

test('the mark of the product is that of the window', () => {
  const file = readFileSync(new URL('../../public/icon.svg', import.meta.url), 'utf8');
  expect(shapes(file)).toHaveLength(3);
  expect(shapes(renderToStaticMarkup(<Brand size={24} />))).toEqual(shapes(file));
});

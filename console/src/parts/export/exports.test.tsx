// @vitest-environment jsdom
import { renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test, vi } from 'vitest';
import { exportFindings, exportImages, type ExportRequest, type Job } from '../../client/generated';
import type { Operation } from '../../client/transport';
import { LanguageProvider } from '../../i18n/language';
import { useFindingExports, useRowExports } from './exports';

const wrapper = ({ children }: { children: ReactNode }) => <LanguageProvider initial="en">{children}</LanguageProvider>;

function jobs() {
  const bodies: ExportRequest[] = [];
  const job = vi.fn(({ body }: { body: ExportRequest }) => {
    bodies.push(body);
    return Promise.resolve({ id: '1' } as Job);
  });
  return { bodies, job: job as unknown as Operation<{ body: ExportRequest }, Job> };
}

test('a file has the rows and the order of its list, whether it is streamed or made by a job', async () => {
  const { bodies, job } = jobs();
  const { result } = renderHook(() => useRowExports({ stream: exportImages, job }), { wrapper });
  const csv = result.current.find((one) => one.id === 'csv');
  expect(csv?.address({ filter: 'decision:deny', sort: '-severity' })).toContain('format=csv&filter=decision%3Adeny&sort=-severity');
  expect(csv?.address({ filter: '', sort: '' })).not.toContain('sort');
  await csv?.begin({ filter: '', sort: '-severity' }, {});
  expect(bodies).toEqual([{ format: 'csv', filter: '', sort: '-severity' }]);
});

test('findings follow the order of the images that they are in', async () => {
  const { bodies, job } = jobs();
  const ofImages = (images: string) => ({ images });
  const { result } = renderHook(() => useFindingExports({ stream: exportFindings, job }, ofImages, ['sarif']), { wrapper });
  await result.current[0]?.begin({ filter: 'repository:shop/*', sort: '-name' }, {});
  expect(bodies).toEqual([{ format: 'sarif', images: 'repository:shop/*', sort: '-name' }]);
});

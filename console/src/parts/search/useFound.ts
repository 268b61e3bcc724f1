// What the server finds for a text that is being typed.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { listImages, search, type Image, type SearchHit } from '../../client/generated';
import { useMay } from '../../frame/me';
import { useFormat } from '../../i18n/language';
import { grouped, questionOf, type Group } from './question';
import { imagesWith } from './target';

/** How long typing waits before the server is asked. */
const TYPING_MS = 150;

export interface Found {
  groups: readonly Group[];
  /** The images that have the package which was asked for, where one was, and how many there are; `null` where many are not counted. */
  images: readonly Image[];
  imageCount: number | null;
  packageVersion: string | null;
  isPending: boolean;
  error: Error | null;
  retry: () => void;
}

/** Asks once typing rests; nothing while an input method converts. */
export function useFound(typed: string, isConverting: boolean, limit: number): Found {
  const { compare } = useFormat();
  const resting = useResting(typed, isConverting);
  const { text, packageVersion } = questionOf(resting);
  const mayImages = useMay('images.read');
  const asked = packageVersion !== null && packageVersion !== text ? [packageVersion, text] : [text];
  const hits = useQuery({
    queryKey: [search.id, asked, limit],
    queryFn: async ({ signal }): Promise<SearchHit[]> => {
      const answers = await Promise.all(asked.map((q) => search({ query: { q, limit } }, { signal })));
      return answers.flatMap(({ items }) => items);
    },
    enabled: text !== '',
    placeholderData: keepPreviousData,
  });
  const filter = packageVersion === null ? '' : (imagesWith(packageVersion).search?.filter ?? '');
  const images = useQuery({
    queryKey: [listImages.id, { query: { filter, limit } }],
    queryFn: ({ signal }) => listImages({ query: { filter, limit } }, { signal }),
    enabled: filter !== '' && mayImages,
  });
  const isAsked = text !== '';
  return {
    groups: isAsked ? grouped(hits.data ?? [], compare) : [],
    images: filter === '' ? [] : (images.data?.items ?? []),
    imageCount: filter === '' ? null : (images.data?.total ?? null),
    packageVersion,
    // From the first letter on, of which nobody has been asked yet.
    isPending: questionOf(typed).text !== '' && (hits.isFetching || images.isFetching || resting !== typed),
    error: isAsked ? (hits.error ?? images.error) : null,
    retry: () => {
      void hits.refetch();
      if (filter !== '') void images.refetch();
    },
  };
}

function useResting(typed: string, isConverting: boolean): string {
  const [resting, setResting] = useState(typed);
  useEffect(() => {
    if (isConverting) return;
    const timer = setTimeout(() => { setResting(typed); }, TYPING_MS);
    return () => { clearTimeout(timer); };
  }, [typed, isConverting]);
  return resting;
}

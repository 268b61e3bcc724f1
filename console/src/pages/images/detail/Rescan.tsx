import { useMutation, useQuery } from '@tanstack/react-query';
import { confirmed, shownError } from '../../../client/confirmation';
import { changeImages, listRegistries, type ImageDetails } from '../../../client/generated';
import { queryOf } from '../../../client/queries';
import { idempotencyKey } from '../../../client/transport';
import { useMay } from '../../../frame/me';
import { useMessages } from '../../../i18n/language';
import { useOwnJobs } from '../../../parts/job/ownJobs';
import { Button } from '../../../parts/pf';
import { Problem } from '../../../parts/Problem';
import { messages } from './messages';

/** Has an image fetched and read anew. Absent where none of its registries is known to the server. */
export function Rescan({ image }: { image: ImageDetails }) {
  const t = useMessages(messages);
  const { follow } = useOwnJobs();
  const isOffered = useIsFetchable(image);
  const rescan = useMutation({
    mutationFn: () => confirmed(() => changeImages({ body: { action: 'rescan', filter: `digest:"${image.digest}"`, expected: 1 } }, { idempotencyKey: idempotencyKey() })),
    onSuccess: (job) => { follow([job]); },
  });
  const error = shownError(rescan.error);
  if (!isOffered) return null;
  return (
    <>
      <Button variant="secondary" isLoading={rescan.isPending} isDisabled={rescan.isPending} onClick={() => { rescan.mutate(); }}>{t('rescan')}</Button>
      {error && <Problem error={error} />}
    </>
  );
}

/** Whether the reader may ask for it, and the server knows a registry to ask. */
function useIsFetchable({ names, source }: ImageDetails): boolean {
  const mayWrite = useMay('images.write');
  const maySeeRegistries = useMay('registries.read');
  const hosts = [...new Set(names.map(({ registry }) => registry))];
  const isAsked = mayWrite && maySeeRegistries && hosts.length > 0;
  const known = useQuery({ ...queryOf(listRegistries, { query: { limit: 1, filter: `address:${hosts.map((host) => `"${host}"`).join(',')}` } }), enabled: isAsked, retry: false });
  if (isAsked && known.data) return known.data.items.length > 0;
  // Until that came, and for whoever may not see registries, the image alone tells that it is from one.
  return mayWrite && hosts.length > 0 && source.kind === 'registry';
}

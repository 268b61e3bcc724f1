import { useMutation } from '@tanstack/react-query';
import { confirmed, shownError } from '../../../client/confirmation';
import { changeImages, type ImageDetails } from '../../../client/generated';
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
  const mayWrite = useMay('images.write');
  const rescan = useMutation({
    mutationFn: () => confirmed(() => changeImages({ body: { action: 'rescan', filter: `digest:"${image.digest}"`, expected: 1 } }, { idempotencyKey: idempotencyKey() })),
    onSuccess: (job) => { follow([job]); },
  });
  const error = shownError(rescan.error);
  if (!mayWrite || !image.is_fetchable) return null;
  return (
    <>
      <Button variant="secondary" isLoading={rescan.isPending} isDisabled={rescan.isPending} onClick={() => { rescan.mutate(); }}>{t('rescan')}</Button>
      {error && <Problem error={error} />}
    </>
  );
}

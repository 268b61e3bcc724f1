import { downloadOwnJob, type Job } from '../../client/generated';
import { useMessages } from '../../i18n/language';
import { Icon } from '../icons';
import { Timestamp, useNow } from '../Timestamp';
import { messages } from './messages';

/** The file of an export that is ready, until its time is over. */
export function DownloadLink({ job }: { job: Job }) {
  const t = useMessages(messages);
  const now = useNow();
  if (job.kind !== 'export' || job.state !== 'done' || !job.link) return null;
  if (job.expires && Date.parse(job.expires) <= now) return <span className="bh-quiet">{t('own.expired')}</span>;
  return (
    <span className="bh-own-download">
      <a className="bh-link-button" href={downloadOwnJob.address({ path: { id: job.id } })} download><Icon name="export" /><span>{t('own.download')}</span></a>
      {job.expires && <small className="bh-quiet">{t.rich('own.until', { time: <Timestamp moment={job.expires} /> })}</small>}
    </span>
  );
}

/** Saves the file of an export as a click on its link would. */
export function fetchFile(id: string): void {
  const link = document.createElement('a');
  link.href = downloadOwnJob.address({ path: { id } });
  link.download = '';
  document.body.append(link);
  link.click();
  link.remove();
}

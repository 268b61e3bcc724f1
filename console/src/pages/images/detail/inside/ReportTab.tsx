import { showImageReport } from '../../../../client/generated';
import { useMessages } from '../../../../i18n/language';
import { Command } from '../../../../parts/Command';
import { CopyButton } from '../../../../parts/CopyButton';
import { messages } from './messages';

/** What the report is written as by the command line, with the ending of the file. */
const FORMATS = [['cyclonedx', 'cdx.json'], ['spdx', 'spdx.json'], ['sarif', 'sarif']] as const;

/** The report on an image as a file, and the bill of materials that is made of it. */
export default function ReportTab({ digest }: { digest: string }) {
  const t = useMessages(messages);
  const address = showImageReport.address({ path: { digest } });
  // Names of images have signs that no file may have; the digest tells them apart as well.
  const name = digest.replace(/^.*:/, '').slice(0, 12);
  const file = `${name}.report.json`;
  return (
    <div className="bh-about">
      <section>
        <h2>{t('report.title')}</h2>
        <p>{t('report.text')}</p>
        <p className="bh-actions">
          <a className="pf-v6-c-button pf-m-primary bh-link-primary" href={address} download={file}>{t('report.download')}</a>
          <CopyButton text={`curl -o ${file} -H "Authorization: Bearer $TOKEN" '${location.origin}${address}'`} label={t('report.call')} />
        </p>
      </section>
      <section>
        <h2>{t('sbom.title')}</h2>
        <p>{t('sbom.text')}</p>
        {FORMATS.map(([format, ending]) => (
          <div key={format}>
            <h3>{t(`sbom.${format}`)}</h3>
            <Command text={`bulkhead convert ${file} --format ${format}=${name}.${ending}`} />
          </div>
        ))}
      </section>
    </div>
  );
}

import { listImages } from '../../../client/generated';
import { IMAGE_CHANGES } from '../../../client/topics';
import { later } from '../../../frame/later';
import { useMessages } from '../../../i18n/language';
import { ResourceTable } from '../../../parts/table/ResourceTable';
import { listOf } from '../../../parts/table/source';
import { useWhy } from '../../../parts/why/useWhy';
import { WhyPlace } from '../../../parts/why/WhyPlace';
import { useImageBulk } from './bulk';
import { useImageColumns } from './columns';
import { useImageExports } from './exports';
import { useImageFilters } from './filters';
import { messages } from './messages';

// Only who has no image yet needs it.
const NoImages = later(() => import('../../../parts/scan/NoImages'));

const source = listOf(listImages, {});

/** All images and their verdicts. */
export function ImagesPage() {
  const t = useMessages(messages);
  const columns = useImageColumns();
  const filters = useImageFilters();
  const [, openWhy] = useWhy();
  const exports = useImageExports();
  const bulk = useImageBulk();
  return (
    <WhyPlace>
      <div className="bh-page bh-page-full">
        <h1>{t('title')}</h1>
        <ResourceTable
          label={t('title')}
          resource="images"
          source={source}
          columns={columns}
          filters={filters}
          defaultSort="-severity"
          rowKey={(image) => image.digest}
          onWhy={(image) => { openWhy(image.digest); }}
          topics={IMAGE_CHANGES}
          goneTopic="image.removed"
          exports={exports}
          bulk={bulk.actions}
          rowName={(image) => image.name || image.digest}
          empty={<NoImages />}
        />
        {bulk.dialog}
      </div>
    </WhyPlace>
  );
}

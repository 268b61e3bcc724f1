import { useMemo } from 'react';
import type { Image } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import { useFormat, useMessages } from '../../../i18n/language';
import { CountLink } from '../../../parts/CountLink';
import { Digest } from '../../../parts/Digest';
import { HostileText, visible } from '../../../parts/HostileText';
import { ImageName } from '../../../parts/ImageName';
import type { Column } from '../../../parts/table/definition';
import { Timestamp } from '../../../parts/Timestamp';
import { WhyLink } from '../../../parts/why/WhyLink';
import { rowsOf, type Counted } from '../counted';
import { messages } from './messages';

const PACKAGES = { tab: 'packages' };

/** The columns of the list of images. */
export function useImageColumns(): readonly Column<Image>[] {
  const t = useMessages(messages);
  const format = useFormat();
  const maySeeFindings = useMay('findings.read');
  return useMemo(() => {
    const count = (id: Counted, more: Partial<Column<Image>> = {}): Column<Image> => ({
      id,
      title: t(`column.${id}`),
      width: 6.5,
      isNumber: true,
      cell: ({ counts, digest, name }) => (
        <CountLink
          shown={format.number(counts[id])}
          says={t(`count.${id}`, { count: counts[id], image: visible(name || digest) })}
          isLink={maySeeFindings && counts[id] > 0}
          to="/images/$digest"
          params={{ digest }}
          search={rowsOf(id)}
        />
      ),
      ...more,
    });
    return [
      {
        id: 'name',
        title: t('column.name'),
        width: 22,
        sort: { key: 'name' },
        cell: (image) => <ImageName name={image.name} digest={image.digest} />,
      },
      {
        id: 'decision',
        title: t('column.decision'),
        width: 11,
        sort: { key: 'decision', isGreatestFirst: true },
        cell: (image) => <WhyLink decision={image.decision} digest={image.digest} />,
      },
      count('critical', { sort: { key: 'critical', isGreatestFirst: true } }),
      count('high', { sort: { key: 'high', isGreatestFirst: true } }),
      count('medium', { isHidden: true }),
      count('low', { isHidden: true }),
      // An image whose findings nobody rated has zeros in all the columns before.
      count('unrated'),
      count('fixable'),
      count('kev', { width: 8 }),
      count('secrets', { width: 7 }),
      count('malware', { width: 7 }),
      { id: 'gaps', title: t('column.gaps'), width: 6.5, isNumber: true, isHidden: true, cell: (image) => format.number(image.counts.gaps) },
      { id: 'os', title: t('column.os'), width: 11, cell: (image) => <HostileText text={image.os} /> },
      { id: 'platform', title: t('column.platform'), width: 9, isHidden: true, cell: (image) => <HostileText text={image.platform} /> },
      {
        id: 'packages',
        title: t('column.packages'),
        width: 7,
        isNumber: true,
        isHidden: true,
        cell: ({ packages, digest, name }) => (
          <CountLink
            shown={format.number(packages)}
            says={t('count.packages', { count: packages, image: visible(name || digest) })}
            isLink={packages > 0}
            to="/images/$digest"
            params={{ digest }}
            search={PACKAGES}
          />
        ),
      },
      { id: 'size', title: t('column.size'), width: 7, isNumber: true, cell: (image) => format.bytes(image.size_bytes) },
      { id: 'digest', title: t('column.digest'), width: 14, isHidden: true, cell: (image) => <Digest digest={image.digest} /> },
      {
        id: 'approval',
        title: t('column.approval'),
        width: 9,
        isHidden: true,
        cell: (image) => t(image.approval === 'approved' ? 'approval.approved' : image.approval === 'not_approved' ? 'approval.not_approved' : 'approval.none'),
      },
      {
        id: 'registered',
        title: t('column.registered'),
        width: 10,
        isHidden: true,
        sort: { key: 'registered', isGreatestFirst: true },
        cell: (image) => <Timestamp moment={image.registered} />,
      },
      {
        id: 'evaluated',
        title: t('column.evaluated'),
        width: 10,
        sort: { key: 'evaluated', isGreatestFirst: true },
        cell: (image) => <Timestamp moment={image.evaluated} />,
      },
    ];
  }, [t, format, maySeeFindings]);
}

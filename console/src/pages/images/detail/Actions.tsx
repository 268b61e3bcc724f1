import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { queryClient } from '../../../client/cache';
import { approveImage, listImages, removeImage, revokeImageApproval, showImage, type ImageDetails } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import { useMessages } from '../../../i18n/language';
import { Confirm } from '../../../parts/Confirm';
import { Field } from '../../../parts/Field';
import { Button } from '../../../parts/pf';
import { messages } from './messages';
import { Rescan } from './Rescan';

type Asked = 'approve' | 'revoke' | 'remove';

/** What may be done with an image. What a person may not do is not there. */
export function Actions({ image }: { image: ImageDetails }) {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [comment, setComment] = useState('');
  const mayApprove = useMay('images.approve');
  const path = { digest: image.digest };
  const act = useMutation({
    mutationFn: async (what: Asked) => {
      if (what === 'approve') await approveImage({ path, body: { comment } });
      else if (what === 'revoke') await revokeImageApproval({ path });
      else await removeImage({ path });
    },
    onSuccess: async (_, what) => {
      setAsked(null);
      if (what === 'remove') await navigate({ to: '/images', ignoreBlocker: true });
      await queryClient.invalidateQueries({ queryKey: [listImages.id] });
      if (what !== 'remove') await queryClient.invalidateQueries({ queryKey: [showImage.id] });
    },
  });
  const isApproved = image.approval === 'approved';
  const close = () => { setAsked(null); act.reset(); };
  return (
    <div className="bh-actions">
      <Link to="/images/compare" search={{ new: image.digest }}>{t('compare')}</Link>
      <Rescan image={image} />
      {mayApprove && (
        <Button variant="secondary" onClick={() => { setAsked(isApproved ? 'revoke' : 'approve'); }}>{t(isApproved ? 'revoke' : 'approve')}</Button>
      )}
      {mayApprove && <Button variant="link" isDanger onClick={() => { setAsked('remove'); }}>{t('remove')}</Button>}
      {asked && (
        <Confirm
          title={t(asked === 'remove' ? 'remove.title' : asked === 'approve' ? 'approve.title' : 'revoke')}
          action={t(asked)}
          isDanger={asked === 'remove'}
          isPending={act.isPending}
          error={act.error}
          onConfirm={() => { act.mutate(asked); }}
          onCancel={close}
        >
          <p>{t(`${asked}.text`)}</p>
          {asked === 'approve' && <Field label={t('approve.comment')} value={comment} onValue={setComment} />}
        </Confirm>
      )}
    </div>
  );
}

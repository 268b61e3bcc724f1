import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient } from '../../../../client/cache';
import { acknowledgeFinding, listImageFindings, removeAcknowledgement, type FindingAcknowledgement, type ImageFinding } from '../../../../client/generated';
import { useMay } from '../../../../frame/me';
import { useMessages } from '../../../../i18n/language';
import { Choice, LongText } from '../../../../parts/Choice';
import { Confirm } from '../../../../parts/Confirm';
import { Field } from '../../../../parts/Field';
import { HostileText } from '../../../../parts/HostileText';
import { Tick } from '../../../../parts/Tick';
import { Timestamp } from '../../../../parts/Timestamp';
import { endOf, type Life } from '../../../access/tokens/expiry';
import { messages } from './messages';

/** For how long it counts: at first for ever, as what is seen stays seen. */
const LIVES = ['never', '30', '90', 'date'] as const satisfies readonly Life[];

interface SeenDialogProps {
  digest: string;
  finding: ImageFinding;
  onClose: () => void;
}

/** What somebody says who has seen a finding of an image: as it was said, or to be said. */
export default function SeenDialog({ digest, finding, onClose }: SeenDialogProps) {
  const own = finding.acknowledgement;
  return own ? <Shown digest={digest} finding={finding} own={own} onClose={onClose} /> : <Say digest={digest} finding={finding} onClose={onClose} />;
}

function Say({ digest, finding, onClose }: SeenDialogProps) {
  const t = useMessages(messages);
  const [reason, setReason] = useState('');
  const [life, setLife] = useState<(typeof LIVES)[number]>('never');
  const [date, setDate] = useState('');
  const [isOfImage, setIsOfImage] = useState(false);
  const { kind, id, package: owner, path } = finding;
  const say = useMutation({
    mutationFn: () => acknowledgeFinding({ path: { digest }, body: { kind, id, package: owner ?? null, path: path ?? null, reason: reason.trim(), until: endOf(life, date, Date.now()), is_of_image: isOfImage } }),
    onSuccess: () => finish(onClose),
  });
  const word = (one: (typeof LIVES)[number]) => (one === 'never' || one === 'date' ? t(`until.${one}`) : t('until.days', { count: Number(one) }));
  return (
    <Confirm title={t('title')} action={t('open')} isPending={say.isPending} error={say.error} onConfirm={() => { say.mutate(); }} onCancel={onClose}>
      <What finding={finding} />
      <p>{t('text')}</p>
      <LongText member="reason" label={t('reason')} help={t('reason.help')} isRequired minLength={3} maxLength={2000} value={reason} onValue={setReason} />
      <Choice member={life === 'date' ? undefined : 'until'} label={t('until')} value={life} choices={LIVES.map((value) => ({ value, label: word(value) }))} onValue={setLife} />
      {life === 'date' && <Field member="until" label={t('date')} type="date" isRequired value={date} onValue={setDate} />}
      <Tick label={t('alone')} help={t('alone.help')} isChecked={isOfImage} onChecked={setIsOfImage} />
    </Confirm>
  );
}

function Shown({ digest, finding, own, onClose }: SeenDialogProps & { own: FindingAcknowledgement }) {
  const t = useMessages(messages);
  const mayWrite = useMay('findings.write');
  const place = own.place === digest ? t('place.image') : <HostileText text={own.place} />;
  const remove = useMutation({
    mutationFn: () => removeAcknowledgement({ path: { digest, id: own.id } }),
    onSuccess: () => finish(onClose),
  });
  return (
    <Confirm title={t('shown.title')} action={t('remove')} isDanger isImpossible={!mayWrite} isPending={remove.isPending} error={remove.error} onConfirm={() => { remove.mutate(); }} onCancel={onClose}>
      <What finding={finding} />
      <dl className="bh-facts">
        <dt>{t('shown.by')}</dt><dd><HostileText text={own.by} /></dd>
        <dt>{t('shown.at')}</dt><dd><Timestamp moment={own.at} isExact /></dd>
        <dt>{t('shown.reason')}</dt><dd><HostileText text={own.reason} longest={2000} /></dd>
        <dt>{t('shown.until')}</dt><dd>{own.until ? <Timestamp moment={own.until} isExact /> : t('until.never')}</dd>
        <dt>{t('shown.place')}</dt><dd>{place}</dd>
      </dl>
      {mayWrite && <p className="bh-quiet">{t.rich('remove.text', { place })}</p>}
    </Confirm>
  );
}

/** Which finding it is about. */
function What({ finding }: { finding: ImageFinding }) {
  const place = finding.package ?? finding.path;
  return <p><b><HostileText text={finding.id} /></b>{place && <> · <HostileText text={place} /></>}</p>;
}

/** The list tells it from then on, where its rows are. */
async function finish(onClose: () => void): Promise<void> {
  onClose();
  await queryClient.invalidateQueries({ queryKey: [listImageFindings.id] });
}

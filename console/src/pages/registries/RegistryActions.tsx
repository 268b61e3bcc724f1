import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { queryClient } from '../../client/cache';
import { changeRegistry, listJobs, listRegistries, listRegistryNow, removeRegistry, scanRegistryImage, showRegistry, type Registry } from '../../client/generated';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { Confirm } from '../../parts/Confirm';
import { Field } from '../../parts/Field';
import { Button } from '../../parts/pf';
import { Problem } from '../../parts/Problem';
import { draftOf, requestOf } from './draft';
import { messages } from './messages';
import { imageOf } from './reference';
import { TestPanel } from './TestPanel';
import { useTest } from './useTest';

type Asked = 'test' | 'scan' | 'remove';

/** What can be done with a registry. */
export function RegistryActions({ registry, etag }: { registry: Registry; etag: string | null }) {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [image, setImage] = useState('');
  const test = useTest();
  const may = useMay('registries.write');
  const path = { id: registry.id };
  const list = useMutation({ mutationFn: () => listRegistryNow({ path }), onSuccess: refreshJobs });
  const pause = useMutation({
    mutationFn: () => changeRegistry({ path, body: requestOf({ ...draftOf(registry), isEnabled: !registry.is_enabled }) }, { ifMatch: etag }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [showRegistry.id] }),
  });
  const act = useMutation({
    mutationFn: async (what: Asked) => {
      if (what === 'scan') {
        const job = await scanRegistryImage({ path, body: imageOf(image, registry.address) });
        await refreshJobs();
        await navigate({ to: '/jobs/$id', params: { id: job.id }, ignoreBlocker: true });
      } else {
        await removeRegistry({ path }, { ifMatch: etag });
        await queryClient.invalidateQueries({ queryKey: [listRegistries.id] });
        await navigate({ to: '/registries', ignoreBlocker: true });
      }
    },
  });
  const close = () => { setAsked(null); act.reset(); };
  if (!may) return null;
  return (
    <>
      <div className="bh-actions">
        <Button variant="secondary" onClick={() => { setAsked('test'); test.start(registry.id); }}>{t('test')}</Button>
        <Button variant="secondary" isLoading={list.isPending} isDisabled={list.isPending} onClick={() => { list.mutate(); }}>{t('list.now')}</Button>
        <Button variant="secondary" onClick={() => { setAsked('scan'); }}>{t('scan')}</Button>
        <Link to="/registries/$id/edit" params={path} className="pf-v6-c-button pf-m-secondary"><span className="pf-v6-c-button__text">{t('edit')}</span></Link>
        <Button variant="link" isDisabled={pause.isPending} onClick={() => { pause.mutate(); }}>{t(registry.is_enabled ? 'pause' : 'resume')}</Button>
        <Button variant="link" isDanger onClick={() => { setAsked('remove'); }}>{t('remove')}</Button>
      </div>
      {(list.error ?? pause.error) && <Problem error={list.error ?? pause.error} />}
      <span role="status" className="bh-quiet">{list.isSuccess ? t('list.begun') : ''}</span>
      {asked === 'test' && (
        <Confirm title={t('test.title')} action={t('test.again')} isPending={test.isRunning} error={null} onConfirm={() => { test.start(registry.id); }} onCancel={close}>
          <TestPanel test={test} />
        </Confirm>
      )}
      {asked === 'scan' && (
        <Confirm title={t('scan.title')} action={t('scan')} isPending={act.isPending} error={act.error} onConfirm={() => { act.mutate('scan'); }} onCancel={close}>
          <Field label={t('scan.image')} help={t('scan.help')} isRequired autoFocus spellCheck={false} placeholder="team/app:1.2" value={image} onValue={setImage} />
        </Confirm>
      )}
      {asked === 'remove' && (
        <Confirm title={t('remove.title', { name: registry.name })} action={t('remove')} isDanger isPending={act.isPending} error={act.error} onConfirm={() => { act.mutate('remove'); }} onCancel={close}>
          <p>{t('remove.text')}</p>
        </Confirm>
      )}
    </>
  );
}

async function refreshJobs(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: [listJobs.id] });
  await queryClient.invalidateQueries({ queryKey: ['jobs', 'live'] });
}

import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { queryClient } from '../../../client/cache';
import { confirmed, shownError } from '../../../client/confirmation';
import { importIntelligence, showIntelligence } from '../../../client/generated';
import { queryOf } from '../../../client/queries';
import { useMessages } from '../../../i18n/language';
import { Confirm } from '../../../parts/Confirm';
import { useCheck } from '../../../parts/field/check';
import { Alert } from '../../../parts/pf';
import { messages } from './messages';

/** Hands a database over that came without a network. */
export function Import({ hasKeys, onClose }: { hasKeys: boolean; onClose: () => void }) {
  const t = useMessages(messages);
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const check = useCheck(file?.name ?? '');
  const take = useMutation({
    mutationFn: (chosen: File) => confirmed(() => importIntelligence({ body: chosen })),
    onSuccess: (status) => {
      queryClient.setQueryData(queryOf(showIntelligence, {}).queryKey, status);
      onClose();
    },
  });
  return (
    <Confirm
      title={t('import.title')}
      action={t('import.action')}
      isPending={take.isPending}
      isImpossible={!hasKeys}
      error={shownError(take.error)}
      onConfirm={() => { if (file) take.mutate(file); }}
      onCancel={onClose}
    >
      <p>{t('import.text')}</p>
      {!hasKeys && <Alert variant="warning" isInline title={t('import.no_keys')} />}
      {hasKeys && (
        <p>
          <label htmlFor={id}>{t('import.file')}</label>{' '}
          <input id={id} type="file" required {...check.props} aria-invalid={check.says !== null} aria-describedby={check.says === null ? undefined : `${id}-wrong`} onChange={(event) => { setFile(event.target.files?.[0] ?? null); }} />
        </p>
      )}
      {check.says !== null && <p id={`${id}-wrong`} className="bh-field-error">{check.says}</p>}
    </Confirm>
  );
}

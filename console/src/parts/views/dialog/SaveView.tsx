import { useMutation } from '@tanstack/react-query';
import { Fragment, useId, useState } from 'react';
import { Failure } from '../../../client/failure';
import type { SavedView } from '../../../client/generated';
import { idempotencyKey } from '../../../client/transport';
import { useFormat, useMessages } from '../../../i18n/language';
import { Field } from '../../Field';
import { Refused } from '../../field/Refused';
import { HostileText } from '../../HostileText';
import { Alert, Button, Modal, ModalBody, ModalFooter, ModalHeader } from '../../pf';
import { Problem } from '../../Problem';
import type { TableState } from '../../table/useTableState';
import { messages } from './messages';
import { isShown } from '../views';
import { saveView } from './change';

interface SaveViewProps {
  list: string;
  state: TableState;
  views: readonly SavedView[];
  onClose: () => void;
}

/** Asks for a name; one that a view has already says so, and is replaced. */
export default function SaveView({ list, state, views, onClose }: SaveViewProps) {
  const t = useMessages(messages);
  const id = useId();
  const [name, setName] = useState(() => views.find((view) => isShown(view, state))?.name ?? '');
  const [keys] = useState(() => new Map<string, string>());
  const wanted = name.trim();
  const taken = views.find((view) => view.name === wanted);
  const save = useMutation({
    // Another name is another request, and the same one again is the same.
    mutationFn: () => {
      const key = keys.get(wanted) ?? idempotencyKey();
      keys.set(wanted, key);
      return saveView(list, wanted, state, taken, { idempotencyKey: key });
    },
    onSuccess: onClose,
  });
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby={`${id}-title`}>
      <ModalHeader title={t('save.title')} labelId={`${id}-title`} description={t('save.text')} />
      <ModalBody>
        <form id={`${id}-form`} className="bh-dialog-form" onSubmit={(event) => { event.preventDefault(); if (wanted !== '') save.mutate(); }}>
          <Refused error={save.error}>
            <SaveProblem error={save.error} />
            <Field member="name" label={t('name')} isRequired maxLength={100} value={name} onValue={setName} help={taken && t('name.taken')} />
          </Refused>
          <Shown state={state} />
        </form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form={`${id}-form`} isLoading={save.isPending} isDisabled={save.isPending || wanted === ''}>{t(taken ? 'replace' : 'save')}</Button>
        <Button variant="link" onClick={onClose}>{t('cancel')}</Button>
      </ModalFooter>
    </Modal>
  );
}

function SaveProblem({ error }: { error: Error | null }) {
  const t = useMessages(messages);
  const format = useFormat();
  if (!error) return null;
  const most = error instanceof Failure && error.code === 'object.state' ? error.parameters.most : undefined;
  return typeof most === 'number' ? <Alert variant="danger" isInline title={t('full', { most: format.number(most) })} /> : <Problem error={error} />;
}

/** What the view will show, as it is written in the address. */
function Shown({ state }: { state: TableState }) {
  const t = useMessages(messages);
  const parts = [
    { label: t('filter'), text: state.filter, none: t('filter.none') },
    { label: t('order'), text: state.sort, none: t('order.own') },
    { label: t('columns'), text: state.columns.replaceAll(',', ', '), none: t('columns.usual') },
  ];
  return (
    <dl className="bh-facts">
      {parts.map(({ label, text, none }) => (
        <Fragment key={label}>
          <dt>{label}</dt>
          <dd>{text === '' ? none : <code><HostileText text={text} /></code>}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

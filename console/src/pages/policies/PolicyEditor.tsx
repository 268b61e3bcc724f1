import '../../styles/assurance.css';
import { useMemo, useState } from 'react';
import { useFormat, useMessages } from '../../i18n/language';
import { Choice } from '../../parts/Choice';
import { Field } from '../../parts/Field';
import { hiddenIn } from '../../parts/HostileText';
import { Alert, Button } from '../../parts/pf';
import { Tick } from '../../parts/Tick';
import { CONTROLS } from './controls';
import { ControlForm } from './ControlForm';
import { withControl, withControlValue, withoutControl, withScope, withTop, type Outline } from './document/outline';
import { messages } from './messages';
import type { Mistake } from './mistake';
import { ScopeForm } from './ScopeForm';
import { Source } from './Source';
import { useControlWords } from './words';

export interface PolicyDraft {
  document: string;
  isEnabled: boolean;
  comment: string;
}

interface PolicyEditorProps {
  draft: PolicyDraft;
  onDraft: (change: Partial<PolicyDraft>) => void;
  outline: Outline | null;
  mistake: Mistake | null;
}

/** A policy as a form beside its text. Both change the same text; the form writes only the lines of a value. */
export function PolicyEditor({ draft, onDraft, outline, mistake }: PolicyEditorProps) {
  const t = useMessages(messages);
  return (
    <div className="bh-editor">
      <div className="bh-flow">
        {outline ? (
          <OutlineForm document={draft.document} outline={outline} mistake={mistake} onDocument={(document) => { onDraft({ document }); }} />
        ) : (
          <Alert variant="info" isInline title={t('form.none')}>{t('form.none.text')}</Alert>
        )}
      </div>
      <div className="bh-source">
        <Source text={draft.document} onText={(document) => { onDraft({ document }); }} wrongLine={mistake?.line ?? null} />
        <HiddenNote text={draft.document} />
        {mistake && (
          <Alert variant="danger" isInline title={mistake.line === null ? t('wrong') : t('wrong.line', { line: mistake.line })}>
            <span lang={mistake.language}>{mistake.problem}</span>
          </Alert>
        )}
        <Tick label={t('enabled')} help={t('enabled.help')} isChecked={draft.isEnabled} onChecked={(isEnabled) => { onDraft({ isEnabled }); }} />
        <Field label={t('comment')} help={t('comment.help')} maxLength={500} value={draft.comment} onValue={(comment) => { onDraft({ comment }); }} />
      </div>
    </div>
  );
}

/** So many places are named. */
const NAMED = 5;

/** A field shows a text as it is: what it hides is told beside it. */
function HiddenNote({ text }: { text: string }) {
  const t = useMessages(messages);
  const format = useFormat();
  const hidden = useMemo(() => hiddenIn(text), [text]);
  if (hidden.length === 0) return null;
  const places = hidden.slice(0, NAMED).map(({ line, code }) => t('hidden.place', { line, code }));
  const more = hidden.length - NAMED;
  return <Alert variant="warning" isInline title={t('hidden')}>{format.list([...places, ...(more > 0 ? [t('hidden.more', { count: more })] : [])])}</Alert>;
}

interface OutlineFormProps {
  document: string;
  outline: Outline;
  mistake: Mistake | null;
  onDocument: (document: string) => void;
}

function OutlineForm({ document, outline, mistake, onDocument }: OutlineFormProps) {
  const t = useMessages(messages);
  const words = useControlWords();
  const [added, setAdded] = useState('vulnerability.severity');
  const modes = (['audit', 'enforce'] as const).map((value) => ({ value, label: t(`mode.${value}`) }));
  return (
    <>
      <section className="bh-section">
        <h2>{t('about')}</h2>
        <div className="bh-form-row">
          <Field label={t('name')} isRequired maxLength={200} value={outline.name} onValue={(name) => { onDocument(withTop(document, 'name', name)); }} />
          <Choice label={t('mode')} help={t(outline.mode === 'audit' ? 'mode.audit.help' : 'mode.enforce.help')} value={outline.mode} choices={modes} onValue={(mode) => { onDocument(withTop(document, 'mode', mode)); }} />
        </div>
        <Field label={t('description')} value={outline.description} onValue={(description) => { onDocument(withTop(document, 'description', description)); }} />
      </section>
      <ScopeForm scope={outline.scope} wrong={mistake?.expression ?? null} onScope={(scope) => { onDocument(withScope(document, scope)); }} />
      <section className="bh-section">
        <h2>{t('controls')}</h2>
        {outline.controls.map((control, at) => (
          <ControlForm
            key={`${String(at)}-${control.type}`}
            control={control}
            number={at + 1}
            onValue={(key, value) => { onDocument(withControlValue(document, at, key, value)); }}
            onRemove={() => { onDocument(withoutControl(document, at)); }}
          />
        ))}
        <div className="bh-form-row">
          <Choice label={t('control.add')} value={added} choices={CONTROLS.map(({ type }) => ({ value: type, label: words.control(type) }))} onValue={setAdded} />
        </div>
        <div className="bh-actions">
          <Button variant="secondary" onClick={() => { onDocument(withControl(document, added)); }}>{t('add')}</Button>
        </div>
      </section>
    </>
  );
}

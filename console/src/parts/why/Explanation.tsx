import { useMemo } from 'react';
import type { Verdict } from '../../client/verdict';
import { useFormat, useMessages } from '../../i18n/language';
import { CopyButton } from '../CopyButton';
import { HostileText } from '../HostileText';
import { Icon } from '../icons';
import { VerdictMark } from '../marks';
import { Button } from '../pf';
import { Problem } from '../Problem';
import { Timestamp } from '../Timestamp';
import { FixFirst } from './FixFirst';
import { messages } from './messages';
import { PolicyWhy } from './PolicyWhy';
import { ReasonWhy } from './ReasonWhy';
import { Sentence } from './Sentence';
import { tellerOf } from './sentences';
import { toldOf } from './told';
import { LayersContext, useLayersOf } from './useLayers';
import { VerdictCause } from './VerdictCause';

/** What may follow of a verdict. */
const EFFECTS = ['block', 'fail_pipeline', 'notify', 'record'] as const;

/** A verdict from the decision to what can be done, in the order that never changes. */
export default function Explanation({ verdict, json }: { verdict: Verdict; json: unknown }) {
  const t = useMessages(messages);
  const format = useFormat();
  const teller = useMemo(() => tellerOf(format), [format]);
  const own = verdict.reasons.filter((reason) => reason.control === null);
  const ofControls = verdict.reasons
    .filter((reason) => reason.control !== null)
    .sort((left, right) => rank(left.decision) - rank(right.decision));
  const told = toldOf([...own, ...ofControls]);
  // A reason may rest on a thousand findings: those that are not shown would leave no room for the ones of the reasons below.
  const [layers, commands] = useLayersOf(verdict.digest, told.flatMap(({ shown }) => shown));
  const passed = verdict.policies
    .filter((policy) => policy.applied)
    .flatMap((policy) => policy.controls.filter((control) => control.decision === 'pass').map((control) => ({ policy, control })));
  return (
    <LayersContext value={layers}>
      <section>
        <h3 className="bh-hidden">{t('decision')}</h3>
        <p className="bh-why-decision"><VerdictMark decision={verdict.decision} /></p>
        <p><Sentence verdict={verdict} /></p>
        <p className="bh-quiet"><HostileText text={verdict.subject || verdict.digest} /></p>
      </section>
      <FixFirst verdict={verdict} />
      {commands && (
        <p>
          {/* It stays where it is, and can have the focus while the answer is on its way: whoever pressed it goes on from there. */}
          <Button variant="link" isInline isAriaDisabled={commands.isAsking} onClick={commands.toggle}>{t(commands.isShown ? 'layers.commands.hide' : 'layers.commands')}</Button>
        </p>
      )}
      {commands?.error && <Problem error={commands.error} onRetry={commands.toggle} />}
      {own.length > 0 && (
        <section>
          <h3>{t('other')}</h3>
          {own.map((reason, at) => <ReasonWhy key={reason.code} reason={reason} told={told[at]} teller={teller} image={verdict} />)}
        </section>
      )}
      {ofControls.length > 0 && (
        <section>
          <h3>{t('failed')}</h3>
          {ofControls.map((reason, at) => <ReasonWhy key={`${reason.code}-${String(at)}`} reason={reason} told={told[own.length + at]} teller={teller} image={verdict} />)}
        </section>
      )}
      {verdict.exceptions.length > 0 && (
        <section>
          <h3>{t('exceptions')}</h3>
          <ul>
            {verdict.exceptions.map((exception) => <li key={exception.name}>{teller.exception(exception)}</li>)}
          </ul>
        </section>
      )}
      {passed.length > 0 && (
        <details>
          <summary>{t('passed', { count: passed.length })}</summary>
          <ul>
            {passed.map(({ policy, control }) => (
              <li key={`${policy.name}/${control.control}`}>
                <Icon name="allow" className="bh-decision-allow" /> <HostileText text={control.name ?? control.control} />
                {control.excepted > 0 && <small> {t('excepted', { count: control.excepted })}</small>}
              </li>
            ))}
          </ul>
        </details>
      )}
      <details open={verdict.policies.length > 0 && ofControls.length === 0}>
        <summary>{t('policies', { count: verdict.policies.length })}</summary>
        {verdict.policies.map((policy) => <PolicyWhy key={policy.name} policy={policy} teller={teller} />)}
      </details>
      <section>
        <h3>{t('when')}</h3>
        <dl className="bh-facts">
          <dt>{t('evaluated')}</dt>
          <dd>{verdict.evaluated !== '' && <Timestamp moment={verdict.evaluated} isExact />}</dd>
          <dt>{t('intelligence')}</dt>
          <dd>{verdict.intelligence === null ? t('intelligence.none') : t('intelligence.number', { number: String(verdict.intelligence) })}</dd>
          {verdict.cause !== '' && (
            <>
              <dt>{t('cause')}</dt>
              <dd><VerdictCause cause={verdict.cause} /></dd>
            </>
          )}
          {verdict.effects.length > 0 && (
            <>
              <dt>{t('effects')}</dt>
              <dd>{format.list(verdict.effects.map((effect) => EFFECTS.find((known) => known === effect)).filter((known) => known !== undefined).map((known) => t(`effect.${known}`)))}</dd>
            </>
          )}
        </dl>
      </section>
      <section>
        <h3>{t('do')}</h3>
        <div className="bh-actions">
          <CopyButton text={location.href} label={t('do.copy_link')} />
          <CopyButton text={JSON.stringify(json, null, 2)} label={t('do.copy_json')} />
        </div>
      </section>
    </LayersContext>
  );
}

/** What denies stands before what could not be asked, and that before what only warns. */
function rank(decision: string | null): number {
  const place = ['fail', 'error', 'warn'].indexOf(decision ?? '');
  return place < 0 ? Number.MAX_SAFE_INTEGER : place;
}

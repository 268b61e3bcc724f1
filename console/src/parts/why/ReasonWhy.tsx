import type { VerdictEvidence, VerdictReason } from '../../client/verdict';
import { useFormat, useMessages } from '../../i18n/language';
import { ExceptButton } from '../exception/ExceptButton';
import { GapReason } from '../gap/GapReason';
import { HostileText } from '../HostileText';
import { SeverityMark } from '../marks';
import { LayerWhy } from './LayerWhy';
import { messages } from './messages';
import { Remedy } from './Remedy';
import type { Teller } from './sentences';
import { toldOf, type Told } from './told';

const NOTHING: Told = { shown: [], above: 0, controls: [], more: 0 };

/** The image that a verdict is on. */
export interface ImageOfWhy {
  digest: string;
  subject: string;
}

interface ReasonWhyProps {
  reason: VerdictReason;
  /** What of its evidence is told here; all where it stands alone. */
  told?: Told | undefined;
  teller: Teller;
  image: ImageOfWhy;
}

/** One reason: what does not hold, the evidence, what to do. */
export function ReasonWhy({ reason, told, teller, image }: ReasonWhyProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const { shown, above, controls, more } = told ?? toldOf([reason])[0] ?? NOTHING;
  return (
    <article className="bh-reason">
      <p>
        <strong>{teller.reason(reason)}</strong>
      </p>
      {reason.control && (
        <p className="bh-quiet">
          {reason.decision && <>{teller.say(`verdict.control.${reason.decision}`)} · </>}
          <code>{reason.control}</code>
          {reason.policy && <> · {t.rich('by.policy', { policy: <HostileText text={reason.policy} /> })}</>}
        </p>
      )}
      {shown.length + above > 0 && (
        <ul className="bh-evidence" aria-label={t('evidence')}>
          {shown.map((evidence, at) => <Evidence key={`${evidence.id}-${String(at)}`} evidence={evidence} image={image} />)}
          {above > 0 && <li>{t('evidence.above', { count: above, controls: format.list(controls) })}</li>}
          {more > 0 && <li>{t('evidence.more', { count: more })}</li>}
        </ul>
      )}
      <p>
        <em className="bh-remedy">{t('remedy')}</em> {teller.remedy(reason)}
      </p>
    </article>
  );
}

function Evidence({ evidence, image }: { evidence: VerdictEvidence; image: ImageOfWhy }) {
  const t = useMessages(messages);
  const format = useFormat();
  return (
    <li>
      <strong>{evidence.kind === null ? <GapReason text={evidence.id} /> : <HostileText text={evidence.id} />}</strong>
      {evidence.severity && <> <SeverityMark severity={evidence.severity} /></>}
      {evidence.score !== null && <> {format.score(evidence.score)}</>}
      {evidence.package && <> · <HostileText text={evidence.package} /></>}
      {evidence.path && <> · {t.rich('evidence.layer', { path: <HostileText text={evidence.path} /> })}</>}
      {evidence.line !== null && <> · {t('evidence.line', { line: evidence.line })}</>}
      <LayerWhy evidence={evidence} digest={image.digest} />
      {evidence.fixedVersion && <> · {t.rich('evidence.fixed', { version: <HostileText text={evidence.fixedVersion} /> })}</>}
      {evidence.remedy && <> · <Remedy evidence={evidence} /></>}
      {' '}
      {/* What is neither a finding nor at a place (a label that is missing) has nothing that an exception could name. */}
      {evidence.kind !== null && (
        <ExceptButton
          what={evidence.id}
          prefill={{ ids: evidence.id === '' ? [] : [evidence.id], kind: evidence.kind, purl: evidence.package, path: evidence.kind === 'vulnerability' ? null : evidence.path, digest: image.digest, image: image.subject }}
        />
      )}
      {/* What could not be read is excepted by its place alone. */}
      {evidence.kind === null && evidence.path !== null && <ExceptButton what={evidence.path} prefill={{ kind: 'gap', path: evidence.path, digest: image.digest, image: image.subject }} />}
    </li>
  );
}

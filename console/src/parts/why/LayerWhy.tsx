import { Link } from '@tanstack/react-router';
import type { VerdictEvidence } from '../../client/verdict';
import { useFormat, useMessages } from '../../i18n/language';
import { HostileText } from '../HostileText';
import { messages } from './messages';
import { useLayers } from './useLayers';
import { useWhy } from './useWhy';

/** So much of a command is shown; the tab of the layers has all of it. */
const SHOWN = 80;

/** The layer that brought what a verdict rests on, which leads to what made it. */
export function LayerWhy({ evidence, digest }: { evidence: VerdictEvidence; digest: string }) {
  const t = useMessages(messages);
  const format = useFormat();
  const [why] = useWhy();
  const { isPending, of, commands } = useLayers();
  if (evidence.kind === null) return null;
  // The room that a number takes: what comes moves nothing.
  if (isPending) return <span className="bh-awaited" aria-hidden="true"> · {t('evidence.brought', { number: format.number(0) })}</span>;
  const layer = of(evidence);
  if (layer === null) return null;
  const command = commands?.[layer] ?? '';
  return (
    <>
      {' · '}
      <Link to="/images/$digest" params={{ digest }} search={{ tab: 'layers', layer: String(layer), ...(why === null ? {} : { why }) }}>
        {t('evidence.brought', { number: format.number(layer) })}
      </Link>
      {command !== '' && <> <code><HostileText text={command} longest={SHOWN} /></code></>}
    </>
  );
}

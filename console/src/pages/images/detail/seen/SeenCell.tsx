import type { ImageFinding } from '../../../../client/generated';
import { useMessages } from '../../../../i18n/language';
import { HostileText, visible } from '../../../../parts/HostileText';
import { Icon } from '../../../../parts/icons';
import { messages } from './messages';

interface SeenCellProps {
  finding: ImageFinding;
  /** Whether the reader may say that they have seen it. */
  mayWrite: boolean;
  onOpen: (finding: ImageFinding) => void;
}

/** Who has seen a finding, or the way to say that one has. */
export function SeenCell({ finding, mayWrite, onOpen }: SeenCellProps) {
  const t = useMessages(messages);
  const own = finding.acknowledgement;
  const what = visible(finding.id, 80);
  if (own) {
    return (
      <button type="button" className="bh-link-button" title={visible(own.reason)} aria-label={t('shown.what', { name: visible(own.by, 80), what })} onClick={() => { onOpen(finding); }}>
        <Icon name="check" />
        <HostileText text={own.by} longest={40} />
      </button>
    );
  }
  if (!mayWrite) return null;
  return <button type="button" className="bh-link-button" aria-label={t('open.what', { what })} onClick={() => { onOpen(finding); }}>{t('open')}</button>;
}

/** What the column of these is called. */
export function useSeenHeading(): string {
  return useMessages(messages)('column');
}

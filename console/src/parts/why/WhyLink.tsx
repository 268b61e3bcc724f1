import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { Search } from '../../frame/routes';
import { useMessages } from '../../i18n/language';
import { decisionOf, VerdictMark } from '../marks';
import { messages } from '../messages';

/** A decision that leads to its reasons. */
export const WhyLink = memo(function WhyLink({ decision, digest }: { decision: string; digest: string }) {
  const t = useMessages(messages);
  const word = t(`decision.${decisionOf(decision)}`);
  return (
    <Link title={t('decision.why', { decision: word })} to="." search={(before: Search) => ({ ...before, why: digest })} resetScroll={false} className="bh-why-link" preload={false}>
      <VerdictMark decision={decision} />
    </Link>
  );
});

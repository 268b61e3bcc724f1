import { Link } from '@tanstack/react-router';
import { useMessages } from '../../i18n/language';
import { decisionOf, VerdictMark } from '../marks';
import { messages } from '../messages';

interface WhyThereProps {
  decision: string;
  digest: string;
  /** In another tab: what is written here stays. */
  isElsewhere?: boolean;
}

/** A decision on a page that has no place for its reasons: it leads to them, beside the image. */
export function WhyThere({ decision, digest, isElsewhere = false }: WhyThereProps) {
  const t = useMessages(messages);
  return (
    <Link
      to="/images/$digest"
      params={{ digest }}
      search={{ why: digest }}
      target={isElsewhere ? '_blank' : undefined}
      className="bh-why-link"
      title={t('decision.why', { decision: t(`decision.${decisionOf(decision)}`) })}
    >
      <VerdictMark decision={decision} />
    </Link>
  );
}

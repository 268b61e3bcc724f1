import { memo } from 'react';
import { useMessages } from '../../i18n/language';
import { Icon, type IconName } from '../../parts/icons';
import { messages } from './messages';
import { stateOf, type ExceptionState } from './state';

const MARKS: Record<ExceptionState, { icon: IconName; color: string }> = {
  requested: { icon: 'unknown', color: 'would_deny' },
  approved: { icon: 'excepted', color: 'excepted' },
  refused: { icon: 'deny', color: 'deny' },
  withdrawn: { icon: 'none', color: 'unknown' },
  expired: { icon: 'excepted', color: 'unknown' },
};

/** Where an exception stands. */
export const ExceptionMark = memo(function ExceptionMark({ state }: { state: string }) {
  const t = useMessages(messages);
  const known = stateOf(state);
  const { icon, color } = MARKS[known];
  return <span className={`bh-mark bh-decision-${color}`}><Icon name={icon} /><span>{t(`state.${known}`)}</span></span>;
});

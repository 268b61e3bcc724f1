// Words of the API as choices of a filter, in the reader's language.
import { useMemo } from 'react';
import { useMessages } from '../i18n/language';
import { DECISIONS, SEVERITIES } from './marks';
import { messages } from './messages';

export interface Choice {
  value: string;
  label: string;
}

export function useSeverityChoices(): readonly Choice[] {
  const t = useMessages(messages);
  return useMemo(() => SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) })), [t]);
}

export function useDecisionChoices(): readonly Choice[] {
  const t = useMessages(messages);
  return useMemo(() => DECISIONS.map((value) => ({ value, label: t(`decision.${value}`) })), [t]);
}

/** Of what is so or is not. */
export function useFlagChoices(): readonly Choice[] {
  const t = useMessages(messages);
  return useMemo(() => [{ value: 'true', label: t('flag.true') }, { value: 'false', label: t('flag.false') }], [t]);
}

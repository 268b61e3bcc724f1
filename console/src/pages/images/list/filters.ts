import { useMemo } from 'react';
import { useMessages } from '../../../i18n/language';
import type { FilterKey } from '../../../parts/table/filter';
import { useDecisionChoices, useSeverityChoices } from '../../../parts/words';
import { messages } from './messages';

/** What the list of images can be filtered by (`crates/store/src/images/list.rs`). */
export function useImageFilters(): readonly FilterKey[] {
  const t = useMessages(messages);
  const decisions = useDecisionChoices();
  const severities = useSeverityChoices();
  return useMemo(
    () => [
      { key: 'decision', label: t('column.decision'), values: decisions },
      { key: 'severity', label: t('key.severity'), values: severities },
      {
        key: 'approval',
        label: t('column.approval'),
        values: [
          { value: 'approved', label: t('approval.approved') },
          { value: 'not_approved', label: t('approval.not_approved') },
          { value: 'none', label: t('approval.none') },
        ],
      },
      ...(['name', 'registry', 'repository', 'tag', 'digest', 'os', 'platform', 'label', 'package', 'package_version', 'vulnerability'] as const).map(
        (key) => ({ key, label: t(`key.${key}`) }),
      ),
      ...(['critical', 'high', 'kev', 'fixable', 'secrets', 'malware', 'gaps', 'registered', 'evaluated', 'decided'] as const).map((key) => ({
        key,
        label: t(`column.${key}`),
      })),
    ],
    [t, decisions, severities],
  );
}

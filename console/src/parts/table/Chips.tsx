import { useMessages } from '../../i18n/language';
import { Icon } from '../icons';
import type { FilterKey, Term } from './filter';
import { messages } from './messages';

interface ChipsProps {
  terms: readonly Term[];
  keys: readonly FilterKey[];
  /** A term that still has no value is being written. */
  isTyping: boolean;
  onRemove: (term: Term) => void;
  onClear: () => void;
}

/** The terms of a filter in words; each can be taken away. */
export function Chips({ terms, keys, isTyping, onRemove, onClear }: ChipsProps) {
  const t = useMessages(messages);
  const shown = terms.filter((term) => term.state !== 'incomplete' || !isTyping);
  const words = (term: Term) => {
    if (term.state !== 'good') return t('term.unknown', { term: term.text });
    if (term.key === null) return t('term.word', { word: term.value });
    const known = keys.find((key) => key.key === term.key);
    const value = term.value
      .split(',')
      .map((one) => known?.values?.find((word) => word.value === one)?.label ?? one)
      .join(', ');
    return t(term.isNegated ? 'term.is_not' : 'term.is', { key: known?.label ?? term.key, value });
  };
  if (shown.length === 0) return null;
  return (
    <ul className="bh-chips" role="list">
      {shown.map((term) => (
        <li key={`${term.at}`} className={term.state === 'good' ? 'bh-chip' : 'bh-chip bh-chip-unknown'}>
          <span>{words(term)}</span>
          <button type="button" className="bh-chip-button" aria-label={t('term.remove', { term: words(term) })} onClick={() => { onRemove(term); }}>
            <Icon name="close" />
          </button>
        </li>
      ))}
      <li>
        <button type="button" className="bh-link-button" onClick={onClear}>{t('clear.all')}</button>
      </li>
    </ul>
  );
}

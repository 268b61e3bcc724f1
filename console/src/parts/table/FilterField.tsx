import { useEffect, useId, useRef, useState, type KeyboardEvent, type Ref } from 'react';
import { useMessages } from '../../i18n/language';
import { HostileText } from '../HostileText';
import { Icon } from '../icons';
import { normalized, type FilterKey } from './filter';
import { messages } from './messages';
import { useSuggestions } from './useSuggestions';
import type { Typing } from './useTableState';

/** Behind the end of any list: its last line is marked. */
const MOST_LISTED = 1_000;

/** How long typing waits before the list is asked. */
const TYPING_MS = 150;

interface FilterFieldProps {
  text: string;
  keys: readonly FilterKey[];
  onText: (text: string, typing: Typing) => void;
  /** Whether the reader is in the middle of writing it. */
  onTyping?: (isTyping: boolean) => void;
  ref: Ref<HTMLInputElement>;
}

/** The filter as text, with completion of keys and values. Nothing is sent while an input method converts. */
export function FilterField({ text, keys, onText, onTyping, ref }: FilterFieldProps) {
  const t = useMessages(messages);
  const list = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const [isConverting, setIsConverting] = useState(false);
  const [wanted, setActive] = useState(-1);
  const [isOpen, setIsOpen] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const typing = useRef<Typing>({});
  const shown = draft ?? text;
  const { items: suggestions, isLoading } = useSuggestions(shown, keys, isOpen && !isConverting);
  // The list may be shorter than it was, or not be there yet.
  const active = Math.min(wanted, suggestions.length - 1);
  useEffect(() => () => { clearTimeout(timer.current); }, []);
  useEffect(() => {
    if (active >= 0) document.getElementById(`${list}-${String(active)}`)?.scrollIntoView({ block: 'nearest' });
  }, [list, active]);

  const isListed = isOpen && suggestions.length > 0;
  const stopWaiting = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
  };
  const send = (value: string) => {
    stopWaiting();
    setDraft(null);
    onText(normalized(value).trim(), typing.current);
  };
  /** What is typed from here on is another step of the reader. */
  const endGo = () => {
    typing.current = {};
    onTyping?.(false);
  };
  const type = (value: string) => {
    onTyping?.(true);
    setDraft(value);
    setActive(-1);
    setIsOpen(true);
    stopWaiting();
    if (isConverting) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      onText(normalized(value).trim(), typing.current);
    }, TYPING_MS);
  };
  const leave = () => {
    setIsOpen(false);
    // What was typed is the filter although the field was left before the list was asked.
    if (timer.current !== undefined && draft !== null) send(draft);
    else setDraft(null);
    endGo();
  };
  const accept = (completed: string) => {
    // A completed key still waits for its value.
    if (completed.endsWith(':')) type(completed);
    else {
      send(completed);
      endGo();
      setIsOpen(false);
    }
    setActive(-1);
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const last = suggestions.length - 1;
    switch (event.key) {
      case 'ArrowDown':
        event.preventDefault();
        setIsOpen(true);
        setActive(active >= last ? 0 : active + 1);
        break;
      case 'ArrowUp':
        event.preventDefault();
        setIsOpen(true);
        setActive(active <= 0 ? MOST_LISTED : active - 1);
        break;
      case 'Tab':
        // Leaving with a suggestion marked takes it, as the list closes then.
        if (isListed && active >= 0 && !event.shiftKey && suggestions[active]) {
          event.preventDefault();
          accept(suggestions[active].completed);
        }
        break;
      case 'Enter': {
        event.preventDefault();
        const suggestion = suggestions[active];
        if (isListed && suggestion) accept(suggestion.completed);
        else {
          send(shown);
          endGo();
          setIsOpen(false);
        }
        break;
      }
      case 'Escape':
        if (isListed) event.stopPropagation();
        setIsOpen(false);
        setActive(-1);
        break;
    }
  };
  return (
    <div className="bh-filter-field">
      <Icon name="search" />
      <input
        ref={ref}
        type="text"
        role="combobox"
        aria-expanded={isListed}
        aria-controls={list}
        aria-autocomplete="list"
        aria-busy={isLoading}
        aria-activedescendant={isListed && active >= 0 ? `${list}-${String(active)}` : undefined}
        aria-label={t('search')}
        title={t('search.help')}
        placeholder={t('search')}
        autoComplete="off"
        spellCheck={false}
        maxLength={2000}
        value={shown}
        onChange={(event) => { type(event.target.value); }}
        onCompositionStart={() => { setIsConverting(true); stopWaiting(); }}
        onCompositionEnd={(event) => { setIsConverting(false); send(event.currentTarget.value); }}
        onKeyDown={onKey}
        onBlur={leave}
      />
      <ul id={list} role="listbox" aria-label={t('suggestions')} className="bh-suggestions" hidden={!isListed}>
        {suggestions.map((suggestion, at) => (
          <li
            key={suggestion.completed}
            id={`${list}-${String(at)}`}
            role="option"
            aria-selected={at === active}
            className={at === active ? 'bh-suggestion bh-suggestion-active' : 'bh-suggestion'}
            // The field keeps the focus.
            onMouseDown={(event) => { event.preventDefault(); accept(suggestion.completed); }}
          >
            <code><HostileText text={suggestion.text} /></code>
            <span>{suggestion.says}</span>
          </li>
        ))}
      </ul>
      <span role="status" className="bh-hidden">{isListed ? t('suggestions.count', { count: suggestions.length }) : ''}</span>
    </div>
  );
}

import { useNavigate, useRouter, type NavigateOptions } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useMessages } from '../../i18n/language';
import { HostileText } from '../../parts/HostileText';
import { Icon } from '../../parts/icons';
import { VerdictMark } from '../../parts/marks';
import { Modal, ModalBody } from '../../parts/pf';
import { Problem } from '../../parts/Problem';
import { questionOf } from '../../parts/search/question';
import { detailOf, imagesWith, targetOf, type Target } from '../../parts/search/target';
import { useFound } from '../../parts/search/useFound';
import { useSearchWords } from '../../parts/search/useSearchWords';
import { messages } from './messages';
import { matching } from './places';
import { usePlaces } from './usePlaces';

/** Hits of each kind; the page of results has more. */
const SHOWN = 5;

interface Option {
  key: string;
  act: Target | (() => void);
  says: ReactNode;
  detail?: ReactNode;
  /** It leads to more results, and is none itself. */
  isWayOn?: boolean;
  /** The server found it: while it is asked anew this may be what an earlier text meant. */
  isFound?: boolean;
}

interface OptionGroup {
  label: ReactNode;
  key: string;
  options: readonly Option[];
}

/** One field for everything: pages and actions by name, and whatever the server finds. */
export default function Palette({ onClose, onKeys }: { onClose: () => void; onKeys: () => void }) {
  const t = useMessages(messages);
  const [typed, setTyped] = useState('');
  const [isConverting, setIsConverting] = useState(false);
  // What readers moved to stays chosen wherever results that come put it; `null` is the first.
  const [active, setActive] = useState<string | null>(null);
  const awaited = useRef<{ key: string | null; isElsewhere: boolean } | null>(null);
  const open = useOpen(onClose);
  const list = useId();
  const found = useFound(typed, isConverting, SHOWN);
  const groups = useGroups(typed, found, onKeys);
  const options = groups.flatMap((group) => group.options);
  const at = Math.min(Math.max(0, options.findIndex((option) => option.key === active)), options.length - 1);
  const idOf = (index: number) => `${list}-${index}`;
  useEffect(() => {
    document.getElementById(`${list}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [list, at]);
  useEffect(() => {
    const wanted = awaited.current;
    if (!wanted || found.isPending) return;
    awaited.current = null;
    const chosen = options[at];
    // What was chosen may not be among what came.
    if (chosen && (wanted.key === null || wanted.key === chosen.key)) open(chosen.act, wanted.isElsewhere);
  });
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    // The Enter that ends a conversion is the input method's.
    if (event.nativeEvent.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      awaited.current = null;
      setActive(options[(at + step + options.length) % options.length]?.key ?? null);
    }
    const chosen = options[at];
    if (event.key !== 'Enter' || !chosen) return;
    event.preventDefault();
    const isElsewhere = event.ctrlKey || event.metaKey;
    // Enter right behind an id means what is found by it, not what stands there meanwhile.
    const isEarly = found.isPending && (chosen.isFound === true || (chosen.isWayOn === true && active === null));
    if (isEarly) awaited.current = { key: active, isElsewhere };
    else open(chosen.act, isElsewhere);
  };
  return (
    <Modal isOpen variant="medium" position="top" onClose={onClose} aria-label={t('title')} className="bh-palette" elementToFocus={`#${CSS.escape(list)}-field`}>
      <ModalBody>
        <div className="bh-palette-field">
          <Icon name="search" />
          <input
            id={`${list}-field`}
            type="text"
            role="combobox"
            // At once: what is typed right behind the key that opens the palette is typed into it.
            autoFocus
            aria-expanded={options.length > 0}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={at >= 0 ? idOf(at) : undefined}
            aria-label={t('label')}
            placeholder={t('help')}
            autoComplete="off"
            spellCheck={false}
            maxLength={200}
            value={typed}
            onChange={(event) => { setTyped(event.target.value); setActive(null); awaited.current = null; }}
            onCompositionStart={() => { setIsConverting(true); }}
            onCompositionEnd={() => { setIsConverting(false); }}
            onKeyDown={onKey}
          />
        </div>
        {found.error && <Problem error={found.error} onRetry={found.retry} />}
        <div id={list} role="listbox" aria-label={t('results')} className="bh-palette-list" aria-busy={found.isPending}>
          {groups.map((group) => (
            <div key={group.key} role="group" aria-labelledby={`${list}-${group.key}`}>
              <div className="bh-palette-group" id={`${list}-${group.key}`} role="presentation">{group.label}</div>
              {group.options.map((option) => {
                const index = options.indexOf(option);
                return (
                  <div
                    key={option.key}
                    id={idOf(index)}
                    role="option"
                    aria-selected={index === at}
                    className={index === at ? 'bh-palette-option bh-palette-active' : 'bh-palette-option'}
                    // The field keeps the focus.
                    onMouseDown={(event) => { event.preventDefault(); }}
                    onClick={(event) => { open(option.act, event.ctrlKey || event.metaKey); }}
                  >
                    <span>{option.says}</span>
                    {option.detail && <span className="bh-quiet">{option.detail}</span>}
                  </div>
                );
              })}
            </div>
          ))}
        </div>
        <Outcome typed={typed} isPending={found.isPending} isFailed={found.error !== null} count={options.filter((option) => !option.isWayOn).length} />
      </ModalBody>
    </Modal>
  );
}

/** How it went, for the eye below the list and for screen readers by themselves. */
function Outcome({ typed, isPending, isFailed, count }: { typed: string; isPending: boolean; isFailed: boolean; count: number }) {
  const t = useMessages(messages);
  const w = useSearchWords();
  const { text } = questionOf(typed);
  const isEmpty = text !== '' && !isPending && !isFailed && count === 0;
  return (
    <div className="bh-palette-foot">
      <span role="status">
        {isEmpty && w.nothing(text)}
        <span className={isPending ? undefined : 'bh-hidden'}>{isPending ? t('searching') : !isEmpty && text !== '' && t('results.count', { count })}</span>
      </span>
      <span className="bh-quiet">{t('keys')}</span>
    </div>
  );
}

/** Everything that can be chosen: pages and actions first, then what the server found, then the page with all of it. */
function useGroups(typed: string, found: ReturnType<typeof useFound>, onKeys: () => void): readonly OptionGroup[] {
  const t = useMessages(messages);
  const w = useSearchWords();
  const places = usePlaces(onKeys);
  const { text } = questionOf(typed);
  const isEmpty = text === '';
  const offered = isEmpty ? places.filter((place) => place.isInNavigation) : matching(places, typed);
  const { packageVersion, images } = found;
  const groups: OptionGroup[] = [
    { key: 'places', label: t(isEmpty ? 'goto' : 'places'), options: offered.map(({ id, title, act }) => ({ key: id, act, says: title })) },
    ...found.groups.map(({ kind, hits }) => ({
      key: kind,
      label: w.kind(kind),
      options: hits.flatMap((hit): Option[] => {
        const act = targetOf(hit);
        return act ? [{ key: `${kind} ${hit.id}`, act, isFound: true, says: <HostileText text={hit.title} longest={100} />, detail: <HostileText text={detailOf(hit)} longest={60} /> }] : [];
      }),
    })),
  ];
  if (packageVersion !== null && images.length > 0) {
    groups.splice(1, 0, {
      key: 'with',
      label: w.imagesWith(packageVersion),
      options: [
        ...images.map((image): Option => ({
          key: `with ${image.digest}`,
          isFound: true,
          act: { to: '/images/$digest', params: { digest: image.digest } },
          says: <HostileText text={image.name || image.digest} longest={100} />,
          detail: <VerdictMark decision={image.decision} />,
        })),
        { key: 'with all', isWayOn: true, act: imagesWith(packageVersion), says: w.allImagesWith(packageVersion, found.imageCount) },
      ],
    });
  }
  if (!isEmpty) groups.push({ key: 'all', label: t('title'), options: [{ key: 'all', isWayOn: true, act: { to: '/search', search: { q: text } }, says: t('all', { text }) }] });
  return groups.filter((group) => group.options.length > 0);
}

function useOpen(onClose: () => void): (act: Target | (() => void), isElsewhere: boolean) => void {
  const navigate = useNavigate();
  const router = useRouter();
  return (act, isElsewhere) => {
    if (typeof act === 'function') {
      onClose();
      act();
      return;
    }
    const options = { to: act.to, params: act.params, search: act.search ?? {} } as NavigateOptions;
    if (isElsewhere) {
      window.open(router.buildLocation(options).href, '_blank', 'noopener');
      return;
    }
    onClose();
    void navigate(options);
  };
}

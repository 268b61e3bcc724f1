import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useMessages } from '../../i18n/language';
import { bounded, NARROWEST, WIDEST, widthFor } from './columns';
import { messages } from './messages';

export interface EdgeProps {
  column: { id: string; title: string; width: number };
  /** What the other columns take together, in rem. */
  rest: number;
  /** Whether Tab leads here: to one edge of a table alone, from which the arrows lead to the others. */
  isStop: boolean;
  onStop: () => void;
  /** The width while it is dragged; `null` where that ends without one. */
  onDraft: (width: number | null) => void;
  /** Another width; the usual one where it is `null`. */
  onSize: (width: number | null) => void;
  onMove: (by: 1 | -1, edge: HTMLElement) => void;
}

/** The end of a heading: it is dragged, or moved with the arrow keys, to make the column wider or narrower. */
export function Edge({ column, rest, isStop, onStop, onDraft, onSize, onMove }: EdgeProps) {
  const t = useMessages(messages);
  const drag = useRef<{ x: number; width: number; whole: number; isMoved: boolean } | null>(null);
  const rem = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const begin = (event: PointerEvent<HTMLElement>) => {
    const heading = event.currentTarget.closest('th');
    const scroller = event.currentTarget.closest('table')?.parentElement;
    if (event.button !== 0 || !heading || !scroller) return;
    // Neither text is marked nor the column sorted.
    event.preventDefault();
    event.currentTarget.focus();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, width: heading.offsetWidth / rem(), whole: scroller.clientWidth / rem(), isMoved: false };
  };
  const widthAt = (event: PointerEvent<HTMLElement>): number | null => {
    const from = drag.current;
    return from && widthFor(from.width + (event.clientX - from.x) / rem(), rest, from.whole);
  };
  const follow = (event: PointerEvent<HTMLElement>) => {
    if (!drag.current || (!drag.current.isMoved && event.clientX === drag.current.x)) return;
    drag.current.isMoved = true;
    onDraft(widthAt(event));
  };
  const end = (event: PointerEvent<HTMLElement>) => {
    const width = drag.current?.isMoved ? widthAt(event) : null;
    drag.current = null;
    if (width !== null) onSize(width);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const edge = event.currentTarget;
    const side = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const along = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (side !== 0 && event.shiftKey) onMove(side, edge);
    else if (side !== 0) onSize(bounded(column.width + side));
    else if (along !== 0) neighborOf(edge, along)?.focus();
    else if (event.key === 'Enter') onSize(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <span
      role="separator"
      className="bh-edge"
      tabIndex={isStop ? 0 : -1}
      aria-orientation="vertical"
      aria-label={t('column.width', { column: column.title })}
      aria-valuenow={column.width}
      aria-valuemin={NARROWEST}
      aria-valuemax={WIDEST}
      aria-valuetext={t('column.width.value', { width: column.width })}
      aria-keyshortcuts="ArrowLeft ArrowRight Shift+ArrowLeft Shift+ArrowRight Enter"
      title={t('column.width.help')}
      onFocus={onStop}
      onPointerDown={begin}
      onPointerMove={follow}
      onPointerUp={end}
      onPointerCancel={() => { drag.current = null; onDraft(null); }}
      onDoubleClick={() => { onSize(null); }}
      onKeyDown={onKeyDown}
    />
  );
}

/** The edge of the next or previous column. */
function neighborOf(edge: HTMLElement, by: 1 | -1): HTMLElement | undefined {
  const all = [...(edge.closest('tr')?.querySelectorAll<HTMLElement>('[role="separator"]') ?? [])];
  return all[all.indexOf(edge) + by];
}

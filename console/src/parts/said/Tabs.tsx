import { Tabs as Plain } from '@patternfly/react-core/dist/esm/components/Tabs';
import { Children, useCallback, useEffect, useId, useRef, type ComponentProps } from 'react';
import { useMessages } from '../../i18n/language';
import { messages } from './messages';

/**
 * PatternFly's tabs, with what they tell screen readers in the reader's language, and the open one in sight. Buttons that scroll
 * are there where the tabs do not fit, and nowhere else (`.bh-tabs`).
 */
export function Tabs(props: Omit<ComponentProps<typeof Plain>, 'id' | 'ref' | 'className'>) {
  const t = useMessages(messages);
  const id = useId();
  const plain = useRef<Plain | null>(null);
  const keep = useCallback((instance: Plain | HTMLElement | null) => {
    plain.current = instance instanceof Plain ? instance : null;
  }, []);
  const count = Children.count(props.children);
  useEffect(() => {
    const strip = plain.current?.tabList.current;
    if (!strip || typeof ResizeObserver === 'undefined') return;
    // PatternFly looks when the window changes its size. A drawer, the navigation and another language make a strip narrow as well.
    const observer = new ResizeObserver(() => { plain.current?.handleResize(); });
    for (const element of [strip, ...strip.children]) observer.observe(element);
    return () => { observer.disconnect(); };
  }, [count]);
  useEffect(() => {
    const open = document.getElementById(id)?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]');
    // A strip that is wider than the window is scrolled, and nothing else: the page stays where it is.
    const strip = open?.closest<HTMLElement>('[role="tablist"]');
    if (!open || !strip) return;
    const [tab, around] = [open.getBoundingClientRect(), strip.getBoundingClientRect()];
    // The buttons lie over its ends.
    const covered = Number.parseFloat(getComputedStyle(strip).scrollPaddingInlineStart) || 0;
    if (tab.left < around.left + covered) strip.scrollLeft -= around.left + covered - tab.left;
    else if (tab.right > around.right - covered) strip.scrollLeft += tab.right - around.right + covered;
  }, [id, props.activeKey]);
  return <Plain backScrollAriaLabel={t('tabs.back')} forwardScrollAriaLabel={t('tabs.forward')} {...props} id={id} ref={keep} className="bh-tabs" />;
}

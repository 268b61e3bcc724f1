import { Tabs as Plain } from '@patternfly/react-core/dist/esm/components/Tabs';
import { useEffect, useId, type ComponentProps } from 'react';
import { useMessages } from '../../i18n/language';
import { messages } from './messages';

/** PatternFly's tabs, with what they tell screen readers in the reader's language, and the open one in sight. */
export function Tabs(props: Omit<ComponentProps<typeof Plain>, 'id' | 'ref'>) {
  const t = useMessages(messages);
  const id = useId();
  useEffect(() => {
    const open = document.getElementById(id)?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]');
    // A strip that is wider than the window is scrolled, and nothing else: the page stays where it is.
    const strip = open?.closest<HTMLElement>('[role="tablist"]');
    if (!open || !strip) return;
    const [tab, around] = [open.getBoundingClientRect(), strip.getBoundingClientRect()];
    if (tab.left < around.left) strip.scrollLeft -= around.left - tab.left;
    else if (tab.right > around.right) strip.scrollLeft += tab.right - around.right;
  }, [id, props.activeKey]);
  return <Plain backScrollAriaLabel={t('tabs.back')} forwardScrollAriaLabel={t('tabs.forward')} {...props} id={id} />;
}

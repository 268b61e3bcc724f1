import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useMessages } from '../i18n/language';
import { Icon } from './icons';
import { messages } from './messages';

/** A page beside which a drawer opens. */
export function DrawerPlace({ drawer, children }: { drawer: ReactNode; children: ReactNode }) {
  return (
    <div className={drawer ? 'bh-with-drawer bh-with-drawer-open' : 'bh-with-drawer'}>
      <div className="bh-with-drawer-page">{children}</div>
      {drawer}
    </div>
  );
}

/** What opens beside a list. Escape closes it, and the focus returns to where it was. */
export function Drawer({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const t = useMessages(messages);
  const id = useId();
  const drawer = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    drawer.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const onKey = (event: KeyboardEvent) => {
    // Dialogs that were opened from it stand elsewhere in the page: their Escape is theirs.
    if (event.key === 'Escape' && drawer.current?.contains(event.target as Node)) onClose();
  };
  return (
    <aside className="bh-drawer" ref={drawer} tabIndex={-1} aria-labelledby={id} onKeyDown={onKey}>
      <header className="bh-drawer-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="bh-icon-button" aria-label={t('close')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </aside>
  );
}

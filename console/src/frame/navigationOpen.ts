// Whether the navigation lies over the page, where windows are narrow.
import { useRef, useState, type RefObject } from 'react';

export interface NavigationOpen {
  isOpen: boolean;
  /** Of the button that opens it. */
  menu: RefObject<HTMLButtonElement | null>;
  change: (isOpen: boolean) => void;
  /** Closes it from within. */
  close: () => void;
}

/** It is open at a page: going to another one closes it. */
export function useNavigationOpen(pathname: string): NavigationOpen {
  const [openAt, setOpenAt] = useState<string | null>(null);
  const menu = useRef<HTMLButtonElement>(null);
  const isOpen = openAt === pathname;
  const change = (next: boolean) => { setOpenAt(next ? pathname : null); };
  const close = () => {
    // What opened it has the focus again; on wide windows it was never open.
    if (isOpen) menu.current?.focus();
    setOpenAt(null);
  };
  return { isOpen, menu, change, close };
}

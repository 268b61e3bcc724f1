// The title of the window.
import { useEffect } from 'react';
import { visible } from '../parts/HostileText';

/** Names the window after what it shows, without what hides or reorders a name that others gave; nothing changes while that is not known. */
export function useTitle(name: string | undefined): void {
  useEffect(() => {
    if (name !== undefined) document.title = `${visible(name)} · Bulkhead`;
  }, [name]);
}

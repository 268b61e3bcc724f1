// Which verdict is explained: `?why=DIGEST` in the address.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Search } from '../../frame/routes';

/** The digest whose verdict is explained, and how to open and close the drawer. */
export function useWhy(): [string | null, (digest: string | null) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const open = useCallback(
    (digest: string | null) => {
      void navigate({ to: '.', search: (before: Search) => ({ ...before, why: digest ?? undefined }), resetScroll: false });
    },
    [navigate],
  );
  return [search.why ?? null, open];
}
